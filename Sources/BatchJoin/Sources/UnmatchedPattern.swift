import BatchArchive

/// A path with `{batch_id}` that does not name a file of any batch, and what is in its folder instead.
package struct UnmatchedPattern: Sendable, Hashable {
    /// The path as the user wrote it.
    package var path: String
    /// The path for one of the batches.
    package var example: String
    /// The folder that the path begins with, up to the part that contains `{batch_id}`.
    package var folder: String
    /// The sorted names in the folder; nil if it does not exist or cannot be read.
    package var names: [String]?
}

extension PreparedJoin {
    /// Returns the sources of single batches of which no batch has a file.
    ///
    /// A file that exists and cannot be read counts as found: the join reports it.
    package func unmatchedPatterns(of ids: [String]) -> [UnmatchedPattern] {
        guard let first = ids.first else { return [] }
        return settings.sources.filter(\.isPerBatch)
            .filter { place in !ids.contains { place.place(of: $0).exists } }
            .map { place in
                let folder = place.fixedFolder
                let isFolder = (try? FileStatus.of(folder))?.isFolder == true
                return UnmatchedPattern(
                    path: place.path,
                    example: place.place(of: first).path,
                    folder: folder,
                    names: isFolder ? try? ArchiveFolder(folder).names(in: "") : nil
                )
            }
    }
}

extension JoinSourcePlace {
    fileprivate var exists: Bool {
        do throws(ArchiveFailure) {
            return try FileStatus.of(JoinTable(path)?.path ?? path) != nil
        } catch {
            // A file in place of a folder means that the path does not exist.
            return error.cause != .notAFolder
        }
    }

    fileprivate var fixedFolder: String {
        let fixed = path.firstRange(of: Self.batchMark).map { path[..<$0.lowerBound] } ?? path[...]
        guard let slash = fixed.lastIndex(of: "/") else { return "." }
        return slash == fixed.startIndex ? "/" : String(fixed[..<slash])
    }
}
