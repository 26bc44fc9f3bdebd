import MessageBatches

/// Something that a person should know about an archive: the last export did not work, or batches need attention.
package enum ArchiveProblem: Sendable, Hashable {
    /// The catalog cannot be read, so the states of batches that are not archived are not known.
    case unreadableCatalog(CatalogFailure)
    /// The last export ended with another exit status than 0, and no other problem says why.
    case failedExport(CatalogRun)
    /// The last export did not end: it was killed, or the machine stopped.
    case killedExport(CatalogRun)
    /// A signal stopped the last export, which saved its state.
    case interruptedExport(CatalogRun)
    /// The API removed the results of these batches, and the last export or the allowed time found it.
    case lost([CatalogBatch])
    /// Batches that are not archived and have few days left, oldest first.
    case expiring([CatalogBatch])
    /// Batches whose results contradict the API's counts.
    case quarantined([CatalogBatch])
    /// Batches that the exports so far could not get, and that a later one retries.
    case unfinished([CatalogBatch])
    /// The last successful export, nil if there was none, is older than allowed.
    case stale(last: CatalogRun?)
    /// No export is recorded.
    case neverExported
}

extension ArchiveStatus {
    /// Returns everything that is wrong, in no particular order; empty if the last export worked and nothing needs
    /// attention.
    ///
    /// `maxAge` is the allowed time since the last successful export in seconds; nil for any time.
    package func problems(maxAge: Int64?) -> [ArchiveProblem] {
        var problems: [ArchiveProblem] = []
        if let catalogFailure { problems.append(.unreadableCatalog(catalogFailure)) }
        let lost = newlyLost(maxAge: maxAge)
        if !lost.isEmpty { problems.append(.lost(lost)) }
        if !expiring.isEmpty { problems.append(.expiring(expiring)) }
        if !quarantined.isEmpty { problems.append(.quarantined(quarantined)) }
        let runProblem = lastExport.map { problem(of: $0) } ?? .neverExported
        // The interruption explains what is only partly downloaded.
        let isInterrupted = if case .interruptedExport = runProblem { true } else { false }
        let failed = unfinished.filter { !isInterrupted || $0.state != .partial }
        if !failed.isEmpty { problems.append(.unfinished(failed)) }
        if let runProblem { problems.append(runProblem) }
        guard lastExport != nil else { return problems }
        if let maxAge, isOlder(lastSuccess, than: maxAge) { problems.append(.stale(last: lastSuccess)) }
        return problems
    }

    /// The lost batches that the last export or the allowed time found.
    ///
    /// An older loss cannot be changed, so it must not hide that everything works now.
    private func newlyLost(maxAge: Int64?) -> [CatalogBatch] {
        let starts = [lastExport?.startedAt, maxAge.flatMap { now.subtracting(seconds: $0) }].compactMap(\.self)
        guard let start = starts.min() else { return lost }
        return lost.filter { $0.finalizedAt.map { $0 >= start } ?? true }
    }

    private func isOlder(_ run: CatalogRun?, than maxAge: Int64) -> Bool {
        guard let end = run?.finishedAt else { return true }
        return now.seconds(since: end) > Double(maxAge)
    }

    /// The problem of a run, unless its batches show it or are in order by now.
    private func problem(of run: CatalogRun) -> ArchiveProblem? {
        guard run.finishedAt != nil else { return .killedExport(run) }
        switch run.exitStatus {
        case 0, nil: return nil
        case 130, 143: return .interruptedExport(run)
        // The batches that were quarantined, expiring or lost are in the catalog.
        case 4, 7: return nil
        // A malformed batch of the listing is not in the catalog, but a batch that failed is.
        case 3:
            let failed = (run.counts["failed"] ?? 0) + (run.counts["unavailable"] ?? 0)
            return unfinished.isEmpty && failed == 0 ? .failedExport(run) : nil
        default: return .failedExport(run)
        }
    }
}
