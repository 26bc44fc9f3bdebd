import BatchAnalytics
import BatchArchive

/// What the reader of figures has to know about where they come from.
struct ReadingNotice: Sendable {
    var batches = 0
    /// Batches whose summaries were made by an older version of this program.
    var outdated = 0
    /// Batches that lack a summary the figures need.
    var incomplete = 0
    /// What could not be read and is missing from all figures.
    var unreadable: [ArchiveFailure] = []

    mutating func count(_ batch: SummarizedBatch) {
        batches += 1
        outdated += batch.derivations["summaries"].map { $0 < SummaryRegistry.version } ?? true ? 1 : 0
        incomplete += batch.missing.isEmpty ? 0 : 1
    }

    mutating func merge(_ other: ReadingNotice) {
        batches += other.batches
        outdated += other.outdated
        incomplete += other.incomplete
        unreadable += other.unreadable
    }

    /// Sentences below the figures.
    var sentences: [String] {
        var sentences: [String] = []
        if outdated > 0 {
            sentences.append("\(outdated.counted("batch has", "batches have")) summaries of an older version.")
        }
        if incomplete > 0 {
            sentences.append("\(incomplete.counted("batch lacks", "batches lack")) summaries and counts in part only.")
        }
        return sentences
    }

    /// Tells what could not be read, and ends the command with the status for damage if anything could not.
    func end(in context: CommandContext) throws {
        for failure in unreadable.prefix(20) { context.note("batchkeep: \(FailureText(failure).sentence)") }
        if unreadable.count > 20 { context.note("… and \(unreadable.count - 20) more.") }
        if !unreadable.isEmpty {
            context.note("The figures are without what could not be read.")
            throw CommandEnding(status: .integrity)
        }
    }
}

extension Int {
    /// The number with a word that fits it.
    func counted(_ one: String, _ many: String) -> String {
        "\(reading) \(self == 1 ? one : many)"
    }
}
