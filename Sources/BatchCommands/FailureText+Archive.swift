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
        case .notAnArchive(let content, let near):
            self.init(
                "not a Batchkeep archive: \(place)",
                advice: Self.advice(notAnArchive: place, content, near),
                status: .usage
            )
        case .otherFiles(let names):
            self.init(
                "not a Batchkeep archive: \(place): a new archive would be mixed with \(names.listed()) in it",
                advice: "Name an empty or a new folder with --archive.",
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

    /// What helps if a path is not an archive: the archives near it, or how to create one.
    private static func advice(notAnArchive path: String, _ content: ArchiveFailure.PathContent, _ near: [String])
        -> String
    {
        let what =
            switch content {
            case .missing: "The folder does not exist."
            case .file: "It is a file, not a folder."
            case .folder: "An archive contains manifests, \(ArchivePaths.catalog) or \(ArchivePaths.checksums)."
            }
        switch near.count {
        case 0: return "\(what) Name an archive with --archive, or create one with batchkeep export."
        case 1: return "\(what) There is an archive at \(near[0]): add --archive \(near[0].shellQuoted)"
        default: return "\(what) There are archives at \(near.listed()): name one of them with --archive."
        }
    }

    /// The warning before a run creates an archive in a folder with other files.
    static func newArchive(in path: String, among names: [String]) -> String {
        "\(path) is not empty: the new archive is created next to \(names.listed())"
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
                "not repaired, the service has withdrawn its results"
            } else {
                "not repaired, \(clause(outcome))"
            }
        }
    }
}
