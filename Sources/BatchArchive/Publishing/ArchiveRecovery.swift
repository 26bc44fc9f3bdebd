import MessageBatches

/// What the recovery at the start of a run did.
package struct RecoveryReport: Sendable, Hashable {
    /// Batches whose publication or quarantine was finished.
    package var finished: [String] = []
    /// Files of unfinished downloads that were removed.
    package var removed: [String] = []
    /// Batches whose download can be resumed.
    package var resumable: [String] = []
}

/// Recovers an archive after an interrupted run, a crash or a power failure.
///
/// Everything unfinished has a file in `_partial`: the document of a batch stays there until all of its data is in its
/// final place. If the document is complete and every data file it names exists with the right digest, the publication
/// is finished. Otherwise the files of the batch are removed. A download without a document is kept if it has a journal
/// to resume from. Each batch needs its own lock; a batch that another process has locked is skipped.
enum ArchiveRecovery {
    /// Recovers everything in `_partial`; needs the archive's lock.
    static func run(in folder: ArchiveFolder) throws(ArchiveFailure) -> RecoveryReport {
        var report = RecoveryReport()
        try DataRelocation.finishInterrupted(in: folder)
        var batches: Set<String> = []
        for name in try folder.names(in: ArchivePaths.partial) {
            if let id = ArchivePaths.owner(ofPartial: name) {
                batches.insert(id)
            } else if name != RemovalRecord.name {
                try skippingForeignObjects { () throws(ArchiveFailure) in
                    try folder.remove("\(ArchivePaths.partial)/\(name)")
                    report.removed.append(name)
                }
            }
        }
        for id in batches.sorted() {
            try skippingForeignObjects { () throws(ArchiveFailure) in
                guard let lock = try BatchLock.acquire(id, in: folder) else { return }
                do throws(ArchiveFailure) {
                    try recover(id, in: folder, &report)
                } catch {
                    lock.release()
                    throw error
                }
                lock.release()
            }
        }
        try skippingForeignObjects { () throws(ArchiveFailure) in try RemovalRecord.finishInterrupted(in: folder) }
        try removeObsoleteQuarantine(in: folder)
        return report
    }

    /// Calls `body`, and ignores its error if the cause is an object that this program did not write, such as a folder
    /// in place of a file.
    ///
    /// Only its batch cannot be exported; the others can.
    private static func skippingForeignObjects(_ body: () throws(ArchiveFailure) -> Void) throws(ArchiveFailure) {
        do throws(ArchiveFailure) {
            try body()
        } catch {
            guard error.isForeignObject else { throw error }
        }
    }

    /// Recovers the files of one batch; needs its lock.
    static func recover(_ id: String, in folder: ArchiveFolder) throws(ArchiveFailure) {
        var report = RecoveryReport()
        try recover(id, in: folder, &report)
    }

    private static func recover(
        _ id: String,
        in folder: ArchiveFolder,
        _ report: inout RecoveryReport
    ) throws(ArchiveFailure) {
        var names = try names(of: id, in: folder)
        let documents = names.compactMap { Document($0) }
        for document in documents {
            if let publication = try publication(of: document, in: folder) {
                if let failure = PublishPlan([publication]).run(in: folder)[0] { throw failure }
                report.finished.append(document.id)
            } else {
                try removePublishedData(document, in: folder)
            }
        }
        // Published files are no longer in `_partial`.
        if !documents.isEmpty { names = try self.names(of: id, in: folder) }
        let kept = try resumableFiles(names, in: folder)
        for name in names where !kept.contains(name) {
            try folder.remove("\(ArchivePaths.partial)/\(name)")
            report.removed.append(name)
        }
        report.resumable += kept.compactMap { Self.id(ofJournal: $0) }
    }

    /// Returns the names of the files of one batch in `_partial`, without its lock file.
    private static func names(of id: String, in folder: ArchiveFolder) throws(ArchiveFailure) -> [String] {
        let lock = ArchivePaths.lock(of: id).dropFirst(ArchivePaths.partial.count + 1)
        return try folder.names(in: ArchivePaths.partial)
            .filter { ArchivePaths.owner(ofPartial: $0) == id && $0 != lock }
    }

    /// A manifest or a quarantine reason in `_partial`.
    private struct Document {
        var name: String
        var id: String
        var isReason: Bool
        var path: String { "\(ArchivePaths.partial)/\(name)" }

        init?(_ name: String) {
            self.name = name
            let parts = name.split(separator: ".", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            id = String(parts[0])
            switch parts[1] {
            case ArchivePaths.manifestSuffix: isReason = false
            case ArchivePaths.reasonSuffix: isReason = true
            default: return nil
            }
        }
    }

    /// Returns the rest of an interrupted publication; nil if it cannot be finished.
    private static func publication(
        of document: Document,
        in folder: ArchiveFolder
    ) throws(ArchiveFailure) -> Publication? {
        guard
            let text = try folder.document(at: document.path),
            let manifest = try? Manifest(json: text, path: document.path),
            manifest.batch.id == document.id,
            let paths = try? ArchivePaths(of: manifest.batch)
        else { return nil }
        let target = document.isReason ? paths.reason : paths.manifest
        var publication = Publication(moves: [], document: Publication.Move(from: document.path, to: target))
        for (kind, file) in manifest.files.sorted(by: { $0.key < $1.key }) {
            let place = document.isReason ? paths.quarantined(kind) : paths.data(kind)
            // A kept file may be a part of a file of several batches.
            let current = !document.isReason && paths.allows(file, as: kind) ? file.path : place
            if try folder.holds(file, at: paths.draft(kind)) {
                publication.moves.append(Publication.Move(from: paths.draft(kind), to: place))
            } else if try folder.holds(file, at: current) {
                publication.alreadyMoved.append(current)
            } else {
                return nil
            }
        }
        return publication
    }

    /// Removes data files that were published without their manifest; the files of an archived batch are kept.
    private static func removePublishedData(_ document: Document, in folder: ArchiveFolder) throws(ArchiveFailure) {
        guard
            let text = try? folder.read(document.path),
            let manifest = try? Manifest(json: text, path: document.path),
            manifest.batch.id == document.id,
            let paths = try? ArchivePaths(of: manifest.batch),
            try folder.status(document.isReason ? paths.reason : paths.manifest) == nil
        else { return }
        for kind in DataKind.allCases {
            try folder.remove(document.isReason ? paths.quarantined(kind) : paths.data(kind))
        }
    }

    /// Returns the names of all files that belong to resumable downloads.
    private static func resumableFiles(
        _ names: [String],
        in folder: ArchiveFolder
    ) throws(ArchiveFailure) -> Set<String> {
        var kept = Set<String>()
        for name in names {
            guard
                let id = id(ofJournal: name),
                let journal = try folder.journal(at: "\(ArchivePaths.partial)/\(name)"),
                journal.batch.id == id, !journal.blocks.isEmpty,
                let paths = try? ArchivePaths(of: journal.batch),
                try folder.status(paths.manifest) == nil
            else { continue }
            for path in [paths.journal, paths.draft(.raw), paths.draft(.results)] {
                kept.insert(String(path.dropFirst(ArchivePaths.partial.count + 1)))
            }
        }
        return kept
    }

    private static func id(ofJournal name: String) -> String? {
        let suffix = "." + ArchivePaths.journalSuffix
        return name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : nil
    }

    /// Removes the quarantined data of batches that have been archived since.
    ///
    /// The data of a repair, which has a later revision than the first, was quarantined after its batch was archived.
    /// It stays until a repair succeeds.
    private static func removeObsoleteQuarantine(in folder: ArchiveFolder) throws(ArchiveFailure) {
        let names = try folder.names(in: ArchivePaths.quarantine)
        guard !names.isEmpty else { return }
        let archived = try folder.archivedIDs()
        for name in names {
            let id = String(name.prefix { $0 != "." })
            let reason = "\(ArchivePaths.quarantine)/\(id).json"
            guard archived.contains(id) else { continue }
            try skippingForeignObjects { () throws(ArchiveFailure) in
                guard try !isOfRepair(reason, in: folder) else { return }
                try folder.remove("\(ArchivePaths.quarantine)/\(name)")
            }
        }
    }

    private static func isOfRepair(_ reason: String, in folder: ArchiveFolder) throws(ArchiveFailure) -> Bool {
        guard try folder.status(reason) != nil else { return false }
        let manifest = try? Manifest(json: folder.read(reason), path: reason)
        return manifest.map { $0.revision > 1 } ?? false
    }
}
