import BatchCatalog
import MessageBatches

/// The JSON document that `status --check --format json` writes, one per archive.
struct CheckDocument: Encodable {
    let command = "status"
    let version = BatchkeepVersion.current
    let archive: String
    let source: String?
    let asOf: Timestamp
    let check: Check

    init(_ status: ArchiveStatus, _ result: ArchiveCheck) {
        archive = status.archive
        source = status.source
        asOf = status.now
        check = Check(result)
    }

    /// The object `check`, which every document of `status` has.
    struct Check: Encodable {
        /// The word of the most severe problem in lower case, or `ok`.
        let result: String
        /// The line for people.
        let message: String
        /// The exit status of `--check`.
        let exitStatus: Int32
        let lastSuccessAt: Timestamp?
        let maxAgeSeconds: Int64?
        /// All problems, the most severe first.
        let problems: [Problem]

        init(_ result: ArchiveCheck) {
            self.result = result.findings.first?.key ?? "ok"
            message = result.text
            exitStatus = ExitStatus.combined(result.statuses).rawValue
            lastSuccessAt = result.lastSuccessAt
            maxAgeSeconds = result.maxAge?.seconds
            problems = result.findings.map { finding in
                Problem(result: finding.key, exitStatus: finding.status.rawValue, message: finding.clause)
            }
        }
    }

    struct Problem: Encodable {
        let result: String
        let exitStatus: Int32
        let message: String
    }
}
