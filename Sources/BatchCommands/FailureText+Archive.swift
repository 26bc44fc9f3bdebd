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
        case .notAnArchive(let content, let near):
            self.init(
                "not a Batchkeep archive: \(place)",
                advice: Self.advice(notAnArchive: place, content, near),
                status: .usage
            )
        case .otherFiles(let names):
            self.init(
                "not a Batchkeep archive: \(place): a new archive would be mixed with \(names.listed()) in it",
                advice: "use --archive with an empty or a new folder",
                status: .usage
            )
        case .copyWithoutRaw:
            self.init(
                "'\(place)': a copy without raw files, which cannot be changed",
                advice: "run this command on the archive from which it was published",
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
        case .noRawFile(let reason): self.init("'\(place)': \(reason)", status: .integrity)
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

    /// The hint for a path that is not an archive: the archives near it, or how to create one.
    private static func advice(notAnArchive path: String, _ content: ArchiveFailure.PathContent, _ near: [String])
        -> String
    {
        let what =
            switch content {
            case .missing: "the folder does not exist"
            case .file: "it is a file, not a folder"
            case .folder: "an archive contains manifests, \(ArchivePaths.catalog) or \(ArchivePaths.checksums)"
            }
        switch near.count {
        case 0: return "\(what): use --archive with an archive, or create one with batchkeep export"
        case 1: return "\(what): there is an archive at \(near[0]), add --archive \(near[0].shellQuoted)"
        default: return "\(what): there are archives at \(near.listed()), use one of them with --archive"
        }
    }

    /// The warning before a run creates an archive in a folder with other files.
    static func newArchive(in path: String, among names: [String]) -> String {
        "\(path) is not empty: the new archive is created next to \(names.listed())"
    }

    /// The outcome of the repair of a batch, as a clause.
    static func clause(_ outcome: ArchiveRepair.Outcome) -> String {
        switch outcome {
        case .rebuilt: "rebuilt from the raw file"
        case .downloaded: "downloaded again"
        case .documentReplaced: "written again"
        case .documentRemoved: "removed, because its contents cannot be determined"
        case .noRawFile: "not repaired, there is no raw file"
        case .rawFileIsGone: "not rebuilt, its raw file does not exist"
        case .notRebuilt(let failure): "not rebuilt, \(FailureText(failure).sentence)"
        case .notProven(let outcome): "not rebuilt, \(clause(outcome))"
        case .noService: "not repaired, a download needs an API key"
        case .notRetrieved(let failure): "not repaired, \(clause(failure))"
        case .joinRemoved: "its joined files were removed, because no manifest lists them"
        case .joinKept: "its joined files are damaged and were kept, because its raw file was removed"
        case .fileRemoved(let path): "\(path) was removed, because no manifest lists it"
        case .notDownloaded(let outcome):
            if case .removed = outcome {
                "not repaired, the API removed its results"
            } else {
                "not repaired, \(clause(outcome))"
            }
        }
    }
}
