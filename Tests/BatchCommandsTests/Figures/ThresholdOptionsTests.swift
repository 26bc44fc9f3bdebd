import BatchCommands
import Testing

/// The messages about thresholds of `--fail-if`.
struct ThresholdOptionsTests {
    @Test(arguments: [
        ("usable_rate<99%", "98.3%"), ("usable_rate<98.3%", "98.26%"), ("usable_rate<98.26%", "98.255%"),
        ("cost_usd>10.2", "$10.25"), ("cost_usd<10.25", "$10.247"), ("requests<2000", "1,029"),
    ])
    func `a value has as many digits as show that the threshold is crossed`(text: String, value: String) async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let run = await InProcess.offline(["summarize", "--json", "--fail-if", text], on: archive)
            #expect(run.status == .threshold)
            #expect(run.notes.contains("error: threshold crossed: '\(text)': \(value)\n"), "\(run.notes)")
        }
    }

    @Test func `so has a difference, and a duration is also printed in seconds if needed`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            func message(_ arguments: [String]) async -> String {
                let notes = await InProcess.offline(arguments, on: archive).notes
                return notes.split(separator: "\n").first { $0.contains("threshold crossed") }.map(String.init) ?? notes
            }
            let rates = await message(["compare", "2026-10", "2026-08", "--fail-if", "error_rate>+5.7%"])
            #expect(rates.hasSuffix(": 6.98% before, 12.73% after"), "\(rates)")
            let batch = ["summarize", "--batch", "msgbatch_01DDRqm1tQnbShvUVnTKd9PD", "--json"]
            let minutes = await message(batch + ["--fail-if", "queue_seconds_p50<12000"])
            #expect(minutes.hasSuffix(": 3h13m"), "\(minutes)")
            let seconds = await message(batch + ["--fail-if", "queue_seconds_p50<11570"])
            #expect(seconds.hasSuffix(": 3h13m (11,559 seconds)"), "\(seconds)")
        }
    }
}
