import BatchAnalytics
import Testing

struct GroupingTests {
    @Test(arguments: [
        ("", Grouping()), ("day", Grouping(by: [.day])), ("day,model", Grouping(by: [.day], .model)),
        ("model, day", Grouping(by: [.day], .model)),
        ("workspace,month,stop-reason", Grouping(by: [.workspace, .month], .stopReason)),
        ("batch", Grouping(by: [.batch])), ("prefix", Grouping(by: [], .prefix)),
        ("week,error", Grouping(by: [.week], .error)), ("hour", Grouping(by: [.hour])),
        ("result,model", Grouping(by: [], .result, .model)),
    ])
    func `comma-separated names are a grouping`(text: String, expected: Grouping) throws {
        #expect(try Grouping(text) == expected)
    }

    @Test(arguments: [
        ("colour", GroupingError.unknown("colour")), ("day,Day", .unknown("Day")), ("day,day", .repeated("day")),
        ("model,model", .repeated("model")),
    ])
    func `an invalid grouping is rejected with its name`(text: String, expected: GroupingError) {
        #expect(throws: expected) { try Grouping(text) }
    }

    @Test func `every name can be used`() {
        for name in Grouping.names { #expect(throws: Never.self) { try Grouping(name) } }
        #expect(Grouping.names.count == 14)
    }

    @Test func `summaries serve only one request key at a time`() throws {
        #expect(try Grouping("day,workspace,model").needsScan == false)
        #expect(try Grouping("day,model,result").needsScan)
    }

    @Test func `a breakdown adds the model once`() {
        #expect(Grouping(by: [.day]).withModels == Grouping(by: [.day], .model))
        #expect(Grouping(by: [], .model).withModels == Grouping(by: [], .model))
    }
}
