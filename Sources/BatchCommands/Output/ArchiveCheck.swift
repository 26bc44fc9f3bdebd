import BatchCatalog
import MessageBatches
import Tables

/// The answer to "did last night work?": one line and an exit status for an archive.
struct ArchiveCheck: Sendable {
    /// A problem: its name, its exit status and a clause that explains it.
    struct Finding: Sendable, Hashable {
        let word: String
        let status: ExitStatus
        let clause: String

        /// The word as a value in a JSON document.
        var key: String { word.replacing(" ", with: "_") }
    }

    /// The name of the archive's workspace; nil if the archive has only one.
    let source: String?
    /// The problems, the most severe first; empty if all is well.
    let findings: [Finding]
    let lastSuccessAt: Timestamp?
    let maxAge: TimeSpan?
    private let success: String

    init(_ status: ArchiveStatus, maxAge: TimeSpan?) {
        let found = status.problems(maxAge: maxAge?.seconds).map { Finding($0, status, maxAge) }
        source = status.source
        findings = ExitStatus.sorted(Set(found.map(\.status)))
            .flatMap { severity in
                found.filter { $0.status == severity }
            }
        lastSuccessAt = status.lastSuccess?.finishedAt
        self.maxAge = maxAge
        let last = (status.lastSuccess ?? status.lastExport)
            .flatMap { run in
                run.finishedAt.map {
                    "last \(run.exitStatus == 0 ? "successful " : "")export \(status.age(of: $0)) ago"
                }
            }
        let archived = status.count(.archived).counted("batch", "batches")
        success = [last, "\(archived) archived", "nothing expiring"].compactMap(\.self).joined(separator: ", ")
    }

    /// The exit statuses of all problems; empty if all is well.
    var statuses: Set<ExitStatus> { Set(findings.map(\.status)) }

    /// The line without colors: `OK: last successful export 11 h ago, 13 batches archived, nothing expiring`.
    var text: String {
        findings.isEmpty
            ? "OK: \(success)"
            : findings.map { "\($0.word.uppercased()): \($0.clause)" }.joined(separator: "; ")
    }

    /// The line for a terminal, with the name of the workspace in front if there are several.
    func line(style: TerminalStyle) -> String {
        let tone: Tone =
            switch findings.first?.status {
            case nil: .good
            case .partial, .threshold: .warning
            default: .bad
            }
        return (source.map { "\($0): " } ?? "") + style.paint(text.visible, tone) + "\n"
    }
}

extension ArchiveCheck.Finding {
    fileprivate init(_ problem: ArchiveProblem, _ status: ArchiveStatus, _ maxAge: TimeSpan?) {
        func at(_ run: CatalogRun) -> String { "the last export at \(NumberText.minute(run.startedAt)) UTC" }
        switch problem {
        case .unreadableCatalog(.newer):
            self.init(word: "failed", status: .error, clause: "the catalog was written by a later version of batchkeep")
        case .unreadableCatalog(.damaged):
            self.init(
                word: "damaged",
                status: .integrity,
                clause: "the catalog is damaged; the next export rebuilds it"
            )
        case .unreadableCatalog(.refused(_, let detail)):
            self.init(word: "failed", status: .error, clause: "the catalog cannot be read: \(detail)")
        case .failedExport(let run):
            let code = run.exitStatus ?? ExitStatus.error.rawValue
            let unreadable = run.counts["not_retrieved"].flatMap { $0 > 0 ? $0.counted("batch", "batches") : nil }
            let error = run.error?.withoutFullStop ?? unreadable.map { "the objects of \($0) could not be read" }
            let reason = error.map { ": \($0)" } ?? ""
            let status = ExitStatus(rawValue: code) ?? .error
            let word = status == .partial ? "partial" : "failed"
            self.init(word: word, status: status, clause: "\(at(run)) ended with exit status \(code)\(reason)")
        case .killedExport(let run):
            self.init(word: "failed", status: .error, clause: "\(at(run)) did not finish; the next export resumes it")
        case .interruptedExport(let run):
            self.init(word: "partial", status: .partial, clause: "\(at(run)) was interrupted; the next one resumes it")
        case .lost(let batches):
            let count = batches.count.counted("batch", "batches")
            let clause = "the API removed the results of \(count) before they were archived"
            self.init(word: "lost", status: .lost, clause: clause)
        case .expiring(let batches):
            let count = batches.count.counted("batch is", "batches are")
            let first = batches.map(\.retentionEnds).min().map { ", the API removes the first on \($0.day.text)" } ?? ""
            self.init(word: "expiring", status: .lost, clause: "\(count) not archived\(first)")
        case .quarantined(let batches):
            let clause = "the results of \(batches.count.counted("batch", "batches")) contradict the API's counts"
            self.init(word: "quarantined", status: .integrity, clause: clause)
        case .unfinished(let batches):
            let count = batches.count.counted("batch", "batches")
            self.init(
                word: "partial",
                status: .partial,
                clause: "\(count) could not be archived yet; a later export retries"
            )
        case .stale(let last):
            let age = last?.finishedAt.map { "the last successful export was \(status.age(of: $0)) ago" }
            let limit = maxAge.map { ", not within \($0.text)" } ?? ""
            self.init(word: "stale", status: .threshold, clause: (age ?? "no export has succeeded yet") + limit)
        case .neverExported:
            self.init(word: "never exported", status: .threshold, clause: "no export is recorded in \(status.archive)")
        }
    }
}

extension ArchiveStatus {
    /// How long ago a time was, for people.
    fileprivate func age(of moment: Timestamp) -> String {
        NumberText.age(seconds: now.seconds(since: moment))
    }
}
