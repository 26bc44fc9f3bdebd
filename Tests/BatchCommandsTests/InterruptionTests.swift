import BatchCatalog
import BatchPipeline
import MessageBatches
import Testing

@testable import BatchCommands

/// The last lines of a run that a signal stopped.
struct InterruptionTests {
    private func summary(
        archived: Int = 0,
        partial: PartialDownloads? = nil,
        arguments: [String] = ["export"],
        source: String? = nil,
        signal: BatchCommands.ExitStatus? = .interrupted
    ) -> ExportSummary {
        var report = ExportReport(summaries: SummarySet([]))
        report.stop = CancellationError()
        report.archivedNow = archived
        if archived > 0 { report.lines = ["succeeded": 1_200, "errored": 34] }
        return ExportSummary(
            source: source,
            report: report,
            retention: RetentionReport(moment: Nights.start),
            selection: ExportSelection(window: BatchWindow(), filter: BatchFilter()),
            archivePath: "./archive",
            isDryRun: false,
            signal: signal,
            startedAt: Nights.start,
            finishedAt: Nights.start,
            partial: partial,
            arguments: arguments
        )
    }

    @Test func `three lines name what is archived, what is kept and how to resume`() throws {
        let partial = PartialDownloads(batches: 2, receivedBytes: 4_200_000)
        let arguments = ["export", "--since", "2024-08-01", "--archive", "my archive"]
        let text = try #require(Interruption(summary(archived: 3, partial: partial, arguments: arguments)))
        #expect(text.sentence == "interrupted: archived 3 batches with 1,234 results")
        #expect(text.kept == "partial: 2 batches, 4.2 MB kept")
        #expect(
            text.hint == "to resume, run the same command again: "
                + "batchkeep export --since 2024-08-01 --archive 'my archive'"
        )
    }

    @Test func `a run that is stopped at its beginning has no zeros`() throws {
        let text = try #require(Interruption(summary()))
        #expect(text.sentence == "interrupted: nothing was archived")
        #expect(text.kept == "partial: no batch")
    }

    @Test func `a command with a secret address is not repeated`() throws {
        let arguments = ["export", "--ping-url", "https://hc.example/a-secret"]
        let text = try #require(Interruption(summary(arguments: arguments)))
        #expect(text.hint == "to resume, run the same command again")
    }

    @Test func `a source of a pipeline file leaves the hint to the run of all sources`() throws {
        #expect(try #require(Interruption(summary(source: "research"))).hint == nil)
    }

    @Test func `a run that ended without a signal is not interrupted`() {
        #expect(Interruption(summary(signal: nil)) == nil)
    }
}
