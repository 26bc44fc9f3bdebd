import MessageBatches

extension ArchiveFolder {
    /// The ids of all batches that have a manifest, by the names of the manifests alone.
    func archivedIDs() throws(ArchiveFailure) -> Set<String> {
        Set(
            try manifestPaths()
                .map { path in
                    String(path[path.index(after: path.lastIndex(of: "/")!)...].dropLast(".json".count))
                }
        )
    }

    /// All manifests of the days from `since` to `until`, both included, sorted by path.
    func manifestPaths(since: CalendarDay? = nil, until: CalendarDay? = nil) throws(ArchiveFailure) -> [String] {
        var paths: [String] = []
        for name in try names(in: ArchivePaths.manifests) where name.hasPrefix("date=") {
            guard let day = CalendarDay(name.dropFirst("date=".count)) else { continue }
            if let since, day < since { continue }
            if let until, day > until { continue }
            let folder = "\(ArchivePaths.manifests)/\(name)"
            for name in try names(in: folder) where name.hasSuffix(".json") {
                if MessageBatch.isSafeID(String(name.dropLast(".json".count))) { paths.append("\(folder)/\(name)") }
            }
        }
        return paths
    }

    /// The journal of a draft, as far as it is whole; nil if there is none, or no readable one.
    func journal(at path: String) throws(ArchiveFailure) -> DraftJournal? {
        guard try status(path) != nil else { return nil }
        return DraftJournal(text: try read(path))
    }
}
