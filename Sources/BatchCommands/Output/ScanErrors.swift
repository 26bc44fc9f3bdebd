import BatchAnalytics
import BatchArchive
import MessageBatches
import Tables

/// Reports the files that a scan of the archive could not read, and records whether there were any.
struct ScanErrors {
    let context: CommandContext
    private(set) var isDamaged = false
    /// Whether all batches were searched.
    private(set) var isComplete = true
    /// The IDs of batches that were counted as not searched.
    private var withoutRaw: Set<String> = []

    init(context: CommandContext) {
        self.context = context
    }

    /// Prints one line per failure.
    ///
    /// The scan continues without the file.
    mutating func report(_ failures: [ArchiveFailure]) {
        for failure in failures {
            isDamaged = true
            isComplete = false
            context.report(.warning, FailureText(failure).sentence)
        }
    }

    /// Prints how many batches have no raw file and could not be searched.
    mutating func notePruned(_ manifests: [Manifest]) {
        countPruned(manifests)
        reportPruned()
    }

    /// Counts the batches that have no raw file, for ``reportPruned()``.
    mutating func countPruned(_ manifests: [Manifest]) {
        withoutRaw.formUnion(manifests.filter(\.lacksRaw).map(\.batch.id))
        if !withoutRaw.isEmpty { isComplete = false }
    }

    /// Prints how many of the counted batches could not be searched, and counts from zero again.
    mutating func reportPruned() {
        guard !withoutRaw.isEmpty else { return }
        context.report(.warning, Self.sentence("not searched", withoutRaw: withoutRaw.count))
        withoutRaw = []
    }

    /// Says what was not done with some batches because they have no raw file.
    static func sentence(_ omission: String, withoutRaw count: Int) -> String {
        let files = count == 1 ? "its raw file was" : "their raw files were"
        return "\(count.counted("batch was", "batches were")) \(omission): \(files) removed"
    }
}

extension ScanErrors {
    /// Prints once how many batches have no costs because an older version archived them.
    ///
    /// With requested prices, costs are computed from the lines.
    func noteOutdated(_ manifests: [Manifest], pricedBy prices: PriceSource?) {
        if prices?.requested == nil { noteOutdated(manifests.count { !Derivations.areCurrent($0.derivations) }) }
    }

    /// Prints how many batches are outdated, if there are any.
    func noteOutdated(_ count: Int) {
        guard count > 0 else { return }
        context.report(.warning, ReadingNotice.sentence(outdated: count))
    }
}

extension ReadingNotice {
    /// The notes of a table in this format; if it has none, ``report(in:outputHasNotes:)`` prints the sentences.
    func notes(in format: TableFormat) -> [String] {
        format.isForPeople ? sentences : []
    }

    /// Prints the files that could not be read, and ends the command with the status for damage if there are any.
    ///
    /// The other sentences are printed too, unless the output contains them.
    func report(in context: CommandContext, outputHasNotes: Bool) throws {
        if !outputHasNotes { for sentence in sentences { context.report(.warning, sentence) } }
        for failure in unreadable.prefix(20) { context.report(.warning, FailureText(failure).sentence) }
        if unreadable.count > 20 { context.note("… and \(unreadable.count - 20) more.") }
        if !unreadable.isEmpty {
            context.report(.note, "unreadable files are not included in the figures")
            throw CommandExit(status: .integrity)
        }
    }
}
