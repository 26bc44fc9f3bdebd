import BlockGzip
import SystemPackage

/// What a look at one file of an archive came to.
package struct VerifiedFile: Sendable, Hashable {
    /// The result as one sign.
    package enum Mark: String, Sendable, Hashable {
        /// As its manifest says.
        case intact = "="
        /// Named by a manifest or by SHA256SUMS, and not there.
        case missing = "-"
        /// There, and no manifest names it.
        case extra = "+"
        /// Not what its manifest or SHA256SUMS says.
        case different = "*"
        /// The system refused to read it.
        case unreadable = "!"
    }

    /// Relative to the archive.
    package var path: String
    package var mark: Mark
    /// The batch the file belongs to, where that is known.
    package var batchID: String?
    /// What is wrong, as a clause.
    package var reason: String?
    /// The gzip member the damage was found in, from 0.
    package var member: Int?
    /// Where it was found, in bytes of the file from 0.
    package var byteOffset: Int?
    /// Whether an earlier version of the program derived the file: no damage, but it can be rebuilt from raw.
    package var isOutdated = false
    /// Whether nothing is wrong with a manifest but that SHA256SUMS has another digest of it.
    package var disagreesWithList = false

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

    /// A file that could not be read through.
    init(_ path: String, _ failure: ArchiveFailure, batchID: String? = nil) {
        self.init(path, .different, batchID: batchID)
        switch failure.cause {
        case .system(let code):
            (mark, reason) =
                code == .noSuchFileOrDirectory ? (.missing, "it is not there") : (.unreadable, code.description)
        case .gzip(let gzip):
            (member, byteOffset) = (gzip.member, gzip.byteOffset)
            reason = gzip.reason.clause
        case .manifest(let clause), .mismatch(let clause): reason = clause
        case .notAFolder: reason = "a file stands where a folder is wanted"
        case .unsafeID, .busy: reason = "it cannot be used"
        }
    }
}
