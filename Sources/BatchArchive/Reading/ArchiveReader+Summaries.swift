package import BatchPipeline

extension ArchiveReader {
    /// How many manifests one task adds up: few enough to share the work out among the processors.
    private static let manifestsPerFold = 64

    /// Adds up the batches of a selection by what their manifests say, several at a time.
    ///
    /// Only the summaries of the given kinds are decoded. Each batch is let go when it was added, so memory depends on
    /// `Result` alone. The order of `add` and `merge` is not that of the archive; what they do must not depend on it.
    /// Manifests that cannot be read are handed back beside the result.
    package func fold<Result: Sendable>(
        _ kinds: [any Summary.Type],
        of selection: ArchiveSelection,
        into empty: Result,
        _ add: @escaping @Sendable (inout Result, SummarizedBatch) -> Void,
        merge: (inout Result, Result) -> Void
    ) async throws -> (result: Result, unreadable: [ArchiveFailure]) {
        let paths = try folder.manifestPaths(of: selection)
        let kinds = SummaryKinds(kinds)
        let parts = stride(from: 0, to: paths.count, by: Self.manifestsPerFold)
            .map { paths[$0..<min($0 + Self.manifestsPerFold, paths.count)] }
        return await withTaskGroup(of: (Result, [ArchiveFailure]).self) { group in
            for part in parts {
                group.addTask { fold(part, kinds, of: selection, into: empty, add) }
            }
            var (result, unreadable) = (empty, [ArchiveFailure]())
            for await (part, failures) in group {
                merge(&result, part)
                unreadable += failures
            }
            return (result, unreadable.sorted { $0.path < $1.path })
        }
    }

    private func fold<Result>(
        _ paths: ArraySlice<String>,
        _ kinds: SummaryKinds,
        of selection: ArchiveSelection,
        into empty: Result,
        _ add: (inout Result, SummarizedBatch) -> Void
    ) -> (Result, [ArchiveFailure]) {
        var (result, unreadable) = (empty, [ArchiveFailure]())
        for path in paths {
            do throws(ArchiveFailure) {
                let json = try folder.read(path)
                let batch = try SummarizedBatch(json: json, kinds: kinds, path: folder.path(path))
                try Self.check(batch.batch, at: path, in: folder)
                if selection.contains(batch.batch) { add(&result, batch) }
            } catch {
                unreadable.append(error)
            }
        }
        return (result, unreadable)
    }
}
