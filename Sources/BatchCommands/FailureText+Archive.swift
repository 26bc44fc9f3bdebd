import BatchArchive
import BatchPipeline
import BlockGzip
import SystemPackage

extension FailureText {
    init(_ failure: ArchiveFailure) {
        let place = failure.path
        switch failure.cause {
        case .system(let code):
            self.init(
                "The archive could not \(failure.operation.rawValue) \(place): \(code.description).",
                advice: Self.advice(code)
            )
        case .notAFile(let kind):
            self.init(
                "\(place) is \(kind.rawValue), not a file.",
                advice: "Move it away; batchkeep verify reports what is missing then."
            )
        case .tooLarge(let limit):
            self.init("\(place) is larger than \(ByteSize.text(limit)).", status: .integrity)
        case .noTemporaryFile(let code):
            self.init(
                "No temporary file can be created in \(place): \(code.description.lowercased()).",
                advice: "Set TMPDIR to a folder with free space."
            )
        case .notAFolder:
            self.init(
                "\(place) is a file, not a folder.",
                advice: "Name another folder with --archive.",
                status: .usage
            )
        case .unsafeID:
            self.init("The batch id \(place) cannot be a file name.")
        case .busy(let holder):
            let who = holder.map { "process \($0.process) on \($0.host) since \($0.since)" } ?? "another process"
            self.init(
                "The archive is held by \(who).",
                advice: "Wait for it to end, or let --wait 30m do it.",
                status: .busy
            )
        case .gzip(let gzip):
            self.init(
                "\(place) is damaged: member \(gzip.member), byte \(gzip.byteOffset): \(gzip.reason.clause).",
                status: .integrity
            )
        case .manifest(let reason):
            self.init("The manifest \(place) cannot be read: \(reason).", status: .integrity)
        case .mismatch(let reason):
            self.init("\(place) is not what its manifest says: \(reason).", status: .integrity)
        }
    }

    private static func advice(_ code: Errno) -> String? {
        switch code {
        case .improperLink: "All folders of an archive must be on one file system: link or mount the whole archive."
        case .noSpace, .diskQuotaExceeded: "Free some space and run it again: nothing half-written was published."
        case .noSuchFileOrDirectory:
            "Name the folder of an archive with --archive. What it lacks is listed by: batchkeep verify --quick"
        case .permissionDenied, .notPermitted, .readOnlyFileSystem: "Check the permissions of the archive folder."
        default: "What is archived stays. Run it again once the cause is removed."
        }
    }

    /// The outcome of the repair of a batch, as a clause.
    static func clause(_ outcome: ArchiveRepair.Outcome) -> String {
        switch outcome {
        case .rebuilt: "rebuilt from raw"
        case .downloaded: "fetched again"
        case .documentReplaced: "written again"
        case .documentRemoved: "removed, because nothing says what it should contain"
        case .noRawFile: "not repaired, there is no raw file"
        case .rawFileIsGone: "not rebuilt, its raw file is gone"
        case .notRebuilt(let failure): "not rebuilt, \(FailureText(failure).sentence)"
        case .notProven(let outcome): "not rebuilt, \(clause(outcome))"
        case .noService: "not repaired, the service cannot be asked without a key"
        case .notRetrieved(let failure): "not repaired, \(clause(failure))"
        case .joinRemoved: "its joined files were removed, because no manifest proves them"
        case .fileRemoved(let path): "\(path) was removed, because no manifest names it"
        case .notDownloaded(let outcome):
            if case .removed = outcome {
                "not repaired, the API removed its results"
            } else {
                "not repaired, \(clause(outcome))"
            }
        }
    }
}
