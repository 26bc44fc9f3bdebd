import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import TestSupport
import Testing

/// No number or time in an option or a manifest crashes the program.
///
/// The tests require only that the process survives. They run everything in it, so a trap ends the suite.
struct HostileInputTests {
    private static let options = [
        "export": [
            "--since", "--until", "--during", "--page-size", "--concurrency", "--max-attempts", "--max-line-bytes",
            "--warn-days", "--wait", "--wait-ended", "--deadline", "--max-runtime", "--shard", "--level",
            "--idle-timeout",
        ],
        "list": ["--since", "--until", "--limit", "--page-size", "--shard"],
        "summarize": ["--since", "--until", "--during", "--timezone"],
        "errors": ["--since", "--until", "--limit"],
        "select": ["--since", "--until", "--limit", "--sample", "--seed", "--where"],
        "status": ["--warn-days", "--runs", "--max-age"],
        "prune": ["--raw-older-than", "--joined-older-than"],
        "verify": ["--since", "--sample"],
        "report": ["--since", "--until"],
    ]

    private static let spans = [
        "1000000w", "999999999999999999999d", "1000001w", "0s", "½d", "d", "9999-12", "0000-W53", "0000-W52", "9999",
        "9999-12-31..",
        "1mo", "1000000mo", "1000000y", "..0000", "last-year..", "2026-11-01 06:00",
    ]

    @Test func `no value of an option ends the process`() async throws {
        try await Nights.run([1, 2, 9].map { try Nights.batch("n\($0)", daysBefore: Double($0)) }) { nights in
            #expect(await nights.export().status == .done)
            var random = SeededGenerator(seed: 16)
            let values = HostileValues.numbers + HostileValues.times + Self.spans
            for _ in 0..<80 {
                let command = random.pick(Self.options.keys.sorted())
                let arguments = (0..<random.int(1...2))
                    .map { _ in "\(random.pick(Self.options[command] ?? []))=\(random.pick(values))" }
                let page = command == "report" ? ["--html", nights.path + ".html"] : []
                let columns = command == "select" ? ["--columns", "custom_id,cost_usd"] : []
                _ = await nights.run([command] + arguments + page + columns, inArchive: command != "list")
            }
            for _ in 0..<10 {
                let sides = [random.pick(values), random.pick(values) + ".." + random.pick(values)]
                _ = await nights.run(["compare"] + sides)
            }
            try? FileManager.default.removeItem(atPath: nights.path + ".html")
        }
    }

    @Test func `no number and no time of a manifest ends the process`() async throws {
        let commands = [
            ["summarize"], ["summarize", "--by", "day,model"], ["summarize", "--by", "result"],
            ["summarize", "--by", "prefix"], ["summarize", "--by", "stop_reason"], ["summarize", "--scan"],
            ["errors"], ["errors", "--since", "9d"], ["verify"], ["verify", "--full"], ["catalog", "rebuild"],
            ["select", "--columns", "custom_id,cost_usd,line_number"],
            ["query", "SELECT sum(output_tokens) FROM results"],
            ["show", "request-1"], ["compact", "--before", "9999-01-01"], ["status", "--format", "json"],
            ["prune", "--raw-older-than", "1d", "--even-if-last-copy"], ["compare", "2026-10-30", "2026-10-31"],
            ["report", "--html", "page.html"],
        ]
        try await InProcess.withSamples { archive, command, server in
            var random = SeededGenerator(seed: 17)
            let paths = archive.files(in: "manifests").map { "manifests/\($0)" }
            for _ in 0..<25 {
                let path = random.pick(paths)
                let original = try Data(contentsOf: archive.url.appending(path: path))
                let text = HostileValues.changed(String(decoding: original, as: UTF8.self), by: &random)
                try Data(text.utf8).write(to: archive.url.appending(path: path))
                for _ in 0..<3 {
                    var arguments = random.pick(commands)
                    if arguments[0] == "report" { arguments[2] = archive.url.path + ".html" }
                    if arguments[0] == "catalog" {
                        let rebuild = ["catalog", "rebuild", "--archive", archive.url.path]
                        _ = await InProcess.run(rebuild, at: server.baseURL)
                    } else {
                        _ = await command(arguments)
                    }
                }
                if random.once(in: 2) { try original.write(to: archive.url.appending(path: path)) }
            }
            try? FileManager.default.removeItem(atPath: archive.url.path + ".html")
        }
    }
}
