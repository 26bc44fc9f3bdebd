import TestSupport
import Testing

@testable import BatchCommands

/// The keys of pipeline files match the options.
struct PipelineKeyTests {
    @Test func `every option of export is a key with the same form`() async throws {
        let options = try #require(await CommandTree.ofProgram().commands.first { $0.name == "export" }).options
        #expect(options.count > 20)
        #expect(Set(options.map(\.longName)) == Set(PipelineKey.options.map(\.name)))
        for option in options {
            let form: PipelineKey.Form =
                option.kind == "flag" ? .flag : option.isRepeating ? .values : .value
            let key = PipelineKey.named(option.longName)
            #expect(key?.form == form && key?.short.map { String($0) } == option.shortNames.first, "\(option.longName)")
        }
    }

    @Test func `no key is listed twice`() {
        #expect(Set(PipelineKey.options.map(\.name)).count == PipelineKey.options.count)
    }

    @Test(
        arguments: [
            (["--since", "7d", "--beta=c"], ["since", "beta"]),
            (["-a", "dir", "-nq"], ["archive", "dry-run", "quiet"]),
            (["-j"], ["format"]), (["--json", "--since", "7d"], ["format", "since"]), (["-a=dir"], ["archive"]),
            ([], []),
        ] as [([String], Set<String>)]
    )
    func `long and short options after the file replace keys`(arguments: [String], settings: Set<String>) {
        #expect(PipelineKey.settings(in: arguments) == settings)
    }

    @Test(arguments: [
        ("sinse", "since"), ("snice", "since"), ("since", "since"), ("statuss", "status"),
        ("metric-file", "metrics-file"),
        ("x", nil), ("weather", nil), ("", nil),
    ])
    func `the nearest key is suggested if it is close enough`(text: String, expected: String?) {
        #expect(NearestName.of(text, in: PipelineKey.options.map(\.name)) == expected)
    }
}
