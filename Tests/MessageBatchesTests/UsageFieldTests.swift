import MessageBatches
import Testing

struct UsageFieldTests {
    @Test func `every field has its own path and column`() {
        let fields = UsageField.allCases
        #expect(Set(fields.map(\.path)).count == fields.count)
        #expect(Set(fields.map(\.column)).count == fields.count)
    }

    @Test(arguments: UsageField.allCases)
    func `every field is stored and added by itself`(field: UsageField) {
        var usage = TokenUsage()
        usage[field] = 7
        usage.addClamped(usage)
        for other in UsageField.allCases { #expect(usage[other] == (other == field ? 14 : 0)) }
        #expect(usage.prompt == (field.isPrompt ? 14 : 0))
        usage[field] = .max - 1
        usage.addClamped(usage)
        #expect(usage.isClamped && usage[field] == .max)
    }
}
