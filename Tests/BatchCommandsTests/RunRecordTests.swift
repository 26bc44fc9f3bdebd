@testable import BatchCommands
import Testing

struct RunRecordTests {
    @Test(arguments: [
        ("--base-url=https://api.example/v1?key=secret", "--base-url=https://api.example"),
        ("https://user:secret@api.example:8443/path", "https://api.example:8443"),
        ("https://ping.example/0d4b6f2e-secret", "https://ping.example"), ("--since", "--since"),
        ("http://", "http://"), ("./archive", "./archive"),
    ])
    func `of a URL only scheme and host are kept`(argument: String, kept: String) {
        #expect(RunRecord.withoutSecrets(["export", argument]) == ["export", kept])
    }
}
