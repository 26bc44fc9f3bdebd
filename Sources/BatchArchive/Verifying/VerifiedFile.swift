import BlockGzip
import SystemPackage

/// The verdict on one file of an archive.
package struct VerifiedFile: Sendable, Hashable {
    /// The verdict as a single character.
    package enum Mark: String, Sendable, Hashable, CaseIterable {
        /// The file matches its manifest.
        case intact = "="
        /// A manifest or SHA256SUMS names the file, but it does not exist.
        case missing = "-"
        /// The file exists, but no manifest names it.
        case extra = "+"
        /// The file differs from its manifest or SHA256SUMS.
        case different = "*"
        /// The system reported an error while reading it.
        case unreadable = "!"
    }

    /// Relative to the archive.
    package var path: String
    package var mark: Mark
    /// The batch that the file belongs to, if known.
    package var batchID: String?
    /// A clause that describes the damage.
    package var reason: String?
    /// The gzip member with the damage, from 0.
    package var member: Int?
    /// The offset of the damage in the file, in bytes.
    package var byteOffset: Int?
    /// Whether an earlier version of the program derived the file.
    ///
    /// It is not damaged, but it can be rebuilt from raw.
    package var isOutdated = false
    /// Whether the manifest of its batch says that the file was pruned.
    var isPruned = false

    package init(
        _ path: String,
        _ mark: Mark = .intact,
        batchID: String? = nil,
        reason: String? = nil,
        member: Int? = nil,
        byteOffset: Int? = nil
    ) {
        self.path = path
        self.mark = mark
        self.batchID = batchID
        self.reason = reason
        self.member = member
        self.byteOffset = byteOffset
    }

    /// Creates the verdict on a file that could not be read completely.
    init(_ path: String, _ failure: ArchiveFailure, batchID: String? = nil) {
        self.init(path, .different, batchID: batchID)
        switch failure.cause {
        case .system(let code):
            (mark, reason) =
                code == .noSuchFileOrDirectory ? (.missing, "not found") : (.unreadable, code.description)
        case .gzip(let gzip):
            (member, byteOffset) = (gzip.member, gzip.byteOffset)
            reason = gzip.reason.clause
        case .noRawFile(let clause), .manifest(let clause), .mismatch(let clause): reason = clause
        case .notAFile(let kind): reason = "it is \(kind.rawValue), not a file"
        case .tooLarge(let limit): reason = "it is larger than \(limit >> 20) MiB"
        case .noTemporaryFile(let code): (mark, reason) = (.unreadable, "no temporary file: \(code.description)")
        case .notAFolder: reason = "it is a file, not a folder"
        case .unsafeID, .busy, .notAnArchive, .otherFiles, .copyWithoutRaw: reason = "it cannot be used"
        }
    }
}
