import BatchArchive

/// Tells of files that a scan of the archive could not read, and remembers that there were some.
struct ScanTrouble {
    let context: CommandContext
    private(set) var isDamaged = false

    init(context: CommandContext) {
        self.context = context
    }

    /// Tells of each failure in a line; the scan goes on without the file.
    mutating func tell(_ failures: [ArchiveFailure]) {
        for failure in failures {
            isDamaged = true
            context.note("batchkeep: \(FailureText(failure).sentence)")
        }
    }

    /// Tells how many batches have no raw file any more.
    func notePruned(_ manifests: [Manifest]) {
        let count = manifests.count { $0.files[.raw] == nil && !$0.found.isEmpty }
        guard count > 0 else { return }
        context.note(
            "\(count) \(count == 1 ? "batch has" : "batches have") no raw file any more and could not be searched."
        )
    }
}
