import Foundation
import Testing

@testable import BatchCommands

/// The keys of pipeline files match the options.
struct PipelineKeyTests {
    @Test func `every option of export is a key with the same form`() async throws {
        let dump = await InProcess.run(["export", "--experimental-dump-help"], at: "http://127.0.0.1:9")
        let help = try JSONDecoder().decode(HelpDump.self, from: Data(dump.output.utf8))
        let options = help.command.arguments.filter { !["help", "version"].contains($0.longName) }
        #expect(options.count > 20)
        #expect(Set(options.map(\.longName)) == Set(PipelineKey.options.map(\.name)))
        for option in options {
            let form: PipelineKey.Form =
                option.kind == "flag" ? .flag : option.isRepeating ? .values : .value
            let key = PipelineKey.named(option.longName)
            #expect(key?.form == form && key?.short.map { String($0) } == option.shortName, "\(option.longName)")
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

/// The part of `--experimental-dump-help` about options.
private struct HelpDump: Decodable {
    struct Command: Decodable {
        var arguments: [Argument]
    }

    struct Argument: Decodable {
        var kind: String
        var isRepeating: Bool
        var names: [Name]?

        var longName: String {
            names?.first { $0.kind == "long" }?.name ?? ""
        }

        var shortName: String? {
            names?.first { $0.kind == "short" }?.name
        }
    }

    struct Name: Decodable {
        var kind: String
        var name: String
    }

    var command: Command
}
