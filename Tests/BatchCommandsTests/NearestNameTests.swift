import Testing

@testable import BatchCommands

/// Suggestions for mistyped names.
struct NearestNameTests {
    private static let commands = ["export", "errors", "run", "retry", "retry-quarantine", "rebuild", "summarize"]

    @Test(arguments: [
        ("exprot", "export"), ("summarise", "summarize"), ("rn", "run"), ("export", "export"), ("sum", "summarize"),
        ("retry-q", "retry-quarantine"), ("nonsense", nil), ("su", nil), ("", nil),
    ])
    func `a typo and the beginning of one name are recognized`(text: String, expected: String?) {
        #expect(NearestName.of(text, in: Self.commands) == expected)
    }

    @Test func `the beginning of several names is not recognized`() {
        #expect(NearestName.of("retr", in: ["retry-all", "retry-quarantine"]) == nil)
    }

    @Test func `nothing is similar to no names`() {
        #expect(NearestName.of("export", in: []) == nil)
    }
}
