import BatchAnalytics
import Testing

struct GroupingTests {
    @Test(arguments: [
        ("", Grouping()), ("day", Grouping(by: [.day])), ("day,model", Grouping(by: [.day], .model)),
        ("model, day", Grouping(by: [.day], .model)),
        ("workspace,month,stop-reason", Grouping(by: [.workspace, .month], .stopReason)),
        ("batch", Grouping(by: [.batch])), ("prefix", Grouping(by: [], .prefix)),
        ("week,error", Grouping(by: [.week], .error)),
    ])
    func `names with commas make a grouping`(text: String, expected: Grouping) throws {
        #expect(try Grouping(text) == expected)
    }

    @Test(arguments: [
        ("colour", GroupingError.unknown("colour")), ("day,Day", .unknown("Day")), ("day,day", .repeated("day")),
        ("model,model", .repeated("model")), ("day,model,result", .needsScan(["model", "result"])),
    ])
    func `what summaries cannot answer is refused by name`(text: String, expected: GroupingError) {
        #expect(throws: expected) { try Grouping(text) }
    }

    @Test func `every name can be used`() {
        for name in Grouping.names { #expect(throws: Never.self) { try Grouping(name) } }
        #expect(Grouping.names.count == 10)
    }
}
