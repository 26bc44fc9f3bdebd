import MessageBatches

extension ArchiveFolder {
    /// The ids of all batches that have a manifest, by the names of the manifests alone.
    func archivedIDs() throws(ArchiveFailure) -> Set<String> {
        var ids: Set<String> = []
        for day in try manifestDays() { ids.formUnion(try archivedIDs(of: day)) }
        return ids
    }

    /// The ids of the batches created on a day that have a manifest, in no order.
    func archivedIDs(of day: CalendarDay) throws(ArchiveFailure) -> [String] {
        try names(in: "\(ArchivePaths.manifests)/date=\(day.text)")
            .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(".json".count)) }
            .filter { MessageBatch.isSafeID($0) }
    }

    /// All manifests of the days from `since` to `until`, both included, sorted by path.
    func manifestPaths(since: CalendarDay? = nil, until: CalendarDay? = nil) throws(ArchiveFailure) -> [String] {
        var paths: [String] = []
        for day in try manifestDays() {
            if let since, day < since { continue }
            if let until, day > until { continue }
            let folder = "\(ArchivePaths.manifests)/date=\(day.text)"
            paths += try archivedIDs(of: day).map { "\(folder)/\($0).json" }
        }
        return paths
    }

    func manifestDays() throws(ArchiveFailure) -> [CalendarDay] {
        try names(in: ArchivePaths.manifests).filter { $0.hasPrefix("date=") }
            .compactMap { CalendarDay($0.dropFirst("date=".count)) }
    }

    /// The journal of a draft, as far as it is whole; nil if there is none, or no readable one.
    func journal(at path: String) throws(ArchiveFailure) -> DraftJournal? {
        do {
            return DraftJournal(text: try read(path))
        } catch {
            // Another process may have finished the batch a moment ago.
            guard error.code == SystemCall.notFound else { throw error }
            return nil
        }
    }
}
