import BatchAnalytics
import Testing

struct ErrorFingerprintTests {
    @Test(arguments: [
        ("Overloaded", "Overloaded"),
        ("prompt is too long: 210000 tokens > 200000 maximum", "prompt is too long: <n> tokens > <n> maximum"),
        (
            "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_01A09q90",
            "<path>: <text> ids were found without <text> blocks immediately after: <id>"
        ),
        (
            "max_tokens: 99999 > 8192, which is the maximum number of output tokens for claude-3-5-haiku-20241022",
            "max_tokens: <n> > <n>, which is the maximum number of output tokens for <id>"
        ),
        (
            "You have reached your specified API usage limits. You will regain access on 2025-02-01 at 00:00 UTC.",
            "You have reached your specified API usage limits. You will regain access on <n> at <n> UTC."
        ),
        (
            "messages: roles must alternate between \"user\" and \"assistant\", but found \"user\" roles in a row",
            "messages: roles must alternate between <text> and <text>, but found <text> roles in a row"
        ),
        ("see https://docs.anthropic.com/en/api/errors for more", "see <path> for more"),
        ("file /var/tmp/a.txt not found", "file <path> not found"),
        ("limit of 32MB, got 40.5MB", "limit of <n>MB, got <n>MB"),
        ("request 6f1c2f0e-7a34-4a0e-9d2f-7c1d0c5be1aa failed", "request <id> failed"),
        ("Invalid base64 data", "Invalid base64 data"),
        ("you don't own it, it's John's", "you don't own it, it's John's"),
        ("name 'it is' and 'don't' here", "name <text> and <text> here"),
        ("an \"open quote and 5 more", "an \"open quote and <n> more"),
        ("  spaces\tand\nlines  ", "spaces and lines"),
        ("größe: 5 €", "größe: <n> €"),
        ("100% of 1,000.50", "<n> of <n>"),
        ("...", "..."), (":", ":"), ("", ""), ("'", "'"), ("7", "<n>"),
    ])
    func `variable parts of a message are replaced by placeholders`(message: String, expected: String) {
        #expect(ErrorFingerprint(type: "x", message: message).message == expected)
    }

    @Test func `messages that differ only in variable parts have the same fingerprint`() {
        let prints = (0..<50)
            .map { number in
                ErrorFingerprint(
                    type: "invalid_request_error",
                    message: "messages.\(number).content.\(number * 7): bad id_\(number)x"
                )
            }
        #expect(Set(prints).count == 1)
        #expect(Set(prints.map(\.id)).count == 1)
    }

    @Test func `different types have different fingerprints`() {
        #expect(ErrorFingerprint(type: "a", message: "m") != ErrorFingerprint(type: "b", message: "m"))
        #expect(ErrorFingerprint(type: "a", message: "m").id != ErrorFingerprint(type: "b", message: "m").id)
    }

    @Test func `normalizing a normalized message changes nothing`() {
        let message = ErrorFingerprint(type: "a", message: "at messages.3: \"x\" is 7 of toolu_12").message
        #expect(ErrorFingerprint(type: "a", message: message).message == message)
    }

    @Test(arguments: [159, 160, 161, 5_000])
    func `a long message is cut between characters`(length: Int) {
        let message = ErrorFingerprint(type: "a", message: String(repeating: "é ", count: length / 3)).message
        #expect(message.utf8.count <= 160)
        #expect(!message.unicodeScalars.contains("\u{FFFD}"))
        #expect(message.hasSuffix("…") == (length > 162))
    }

    @Test func `the id is twelve hexadecimal digits and the same on every machine`() {
        #expect(ErrorFingerprint(type: "overloaded_error", message: "Overloaded").id == "6347f71eeebf")
    }
}
