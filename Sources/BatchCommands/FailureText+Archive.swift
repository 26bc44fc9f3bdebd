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
                "cannot \(failure.operation.rawValue) '\(place)': \(code.description.lowercased())",
                advice: Self.advice(code)
            )
        case .notAFile(let kind):
            self.init(
                "'\(place)': not a file, but \(kind.rawValue)",
                advice: "move it away, then list what is missing: \(Self.command("verify"))"
            )
        case .tooLarge(let limit):
            self.init("'\(place)': larger than \(ByteSize.text(limit))", status: .integrity)
        case .noTemporaryFile(let code):
            self.init(
                "cannot create a temporary file in '\(place)': \(code.description.lowercased())",
                advice: "set TMPDIR to a folder with free space"
            )
        case .notAFolder:
            self.init(
                "'\(place)': a file, not a folder",
                advice: "use another folder with --archive",
                status: .usage
            )
        case .unsafeID:
            self.init("batch ID '\(place)': cannot be a file name")
        case .busy(let holder):
            let who = holder.map { "process \($0.process) on \($0.host) since \($0.since)" } ?? "another process"
            self.init(
                "archive in use: locked by \(who)",
                advice: "wait until it ends, or add --wait 30m to export, run or retry-quarantine",
                status: .busy
            )
        case .gzip(let gzip):
            self.init(
                "'\(place)': damaged: gzip member \(gzip.member), byte \(gzip.byteOffset): \(gzip.reason.clause)",
                advice: Self.repair,
                status: .integrity
            )
        case .manifest(let reason):
            self.init("manifest '\(place)': \(reason)", advice: Self.repair, status: .integrity)
        case .mismatch(let reason):
            self.init("'\(place)': differs from its manifest: \(reason)", advice: Self.repair, status: .integrity)
        }
    }

    /// The command that repairs damaged files.
    private static var repair: String { "repair the archive: \(command("verify --repair"))" }

    private static func advice(_ code: Errno) -> String? {
        switch code {
        case .improperLink: "put all folders of the archive on one file system: link or mount the whole archive"
        case .noSpace, .diskQuotaExceeded: "free some space, then run the same command again"
        case .noSuchFileOrDirectory:
            "use --archive with the folder of an archive, or list what is missing: \(command("verify --quick"))"
        case .permissionDenied, .notPermitted, .readOnlyFileSystem: "check the permissions of the archive folder"
        default: nil
        }
    }

    /// The outcome of the repair of a batch, as a clause.
    static func clause(_ outcome: ArchiveRepair.Outcome) -> String {
        switch outcome {
        case .rebuilt: "rebuilt from raw"
        case .downloaded: "downloaded again"
        case .documentReplaced: "written again"
        case .documentRemoved: "removed, because its contents cannot be determined"
        case .noRawFile: "not repaired, there is no raw file"
        case .rawFileIsGone: "not rebuilt, its raw file does not exist"
        case .notRebuilt(let failure): "not rebuilt, \(FailureText(failure).sentence)"
        case .notProven(let outcome): "not rebuilt, \(clause(outcome))"
        case .noService: "not repaired, a download needs an API key"
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
