import BatchPipeline

/// A file of `import`, and the outcome of its batch.
struct ImportedFile: Encodable, Sendable {
    /// The state of the file's batch after the run, or why the file was not read.
    enum State: String, Encodable, Sendable {
        case archived
        case alreadyArchived = "already_archived"
        case pending, quarantined, failed, unavailable, busy
        /// Not a results file of a batch, or a file without a batch object; nothing of it was written.
        case refused
    }

    /// The path as the user typed it.
    let path: String
    /// Nil if the file's name does not contain an ID.
    var batchID: String?
    var state: State
    /// Why the batch is not archived, as a clause; nil if it is.
    var reason: String?
    /// Whether a batch object proves that the batch is complete; nil if the batch is not archived.
    var isProven: Bool?
    /// Whether the archived batch has the same lines, in any order; nil without `--compare`.
    var isSame: Bool?

    /// Whether the batch is in the archive after the run.
    private var isArchived: Bool { state == .archived || state == .alreadyArchived }

    /// Whether the file is not the results of its batch, or cannot be read.
    ///
    /// If a run stops before it reads a file, the batch failed without a reason.
    private var isUnusable: Bool { state == .quarantined || state == .failed && reason != nil }

    /// Sets the state from the outcome of the batch.
    mutating func record(_ outcome: BatchOutcome) {
        switch outcome {
        case .archived(_, let proof, _): (state, isProven) = (.archived, proof.file?.isProven ?? true)
        case .alreadyArchived: state = .alreadyArchived
        case .busy: state = .busy
        case .quarantined: state = .quarantined
        case .unavailable, .removed: state = .unavailable
        case .failed: state = .failed
        }
        if !isArchived { reason = FailureText.clause(outcome) }
    }
}

extension ImportedFile {
    /// What the result of an import means, and what to do next, for people.
    static func notes(about files: [ImportedFile], archivePath: String) -> [String] {
        var notes: [String] = []
        if files.contains(where: \.isUnusable) {
            notes.append("Quarantined and failed batches need another copy of their files.")
        }
        if files.contains(where: { $0.state == .unavailable }) {
            notes.append(
                "The files of unavailable batches are not checked, because their batch objects are missing or invalid."
            )
        }
        if files.contains(where: { [.unavailable, .pending, .busy].contains($0.state) }) {
            notes.append("To archive unavailable, pending and busy batches, import their files again later.")
        }
        if files.contains(where: { $0.state == .quarantined }) {
            notes.append("Quarantined data is in \(archivePath)/_quarantine.")
        }
        // The notes about the whole archive count the unproven batches.
        guard files.allSatisfy(\.isArchived), !files.contains(where: { $0.isProven == false }) else { return notes }
        guard files.contains(where: { $0.state == .archived }) else {
            return ["Nothing new: the batches of all files are archived."]
        }
        let check = "Check with: cd \(archivePath.shellQuoted) && sha256sum -c SHA256SUMS"
        return ["Complete: every batch holds exactly the results the API counted. \(check)"]
    }
}
