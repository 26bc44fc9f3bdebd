package import MessageBatches

/// The depth of verification; each level includes the ones before it.
package enum VerifyDepth: Int, Sendable, Comparable {
    /// Manifests, SHA256SUMS, existence and sizes of the data files.
    case sizes
    /// Also SHA-256 of the data files.
    case checksums
    /// Also every line: members are decompressed, lines decoded; counts, summaries and flat rows are computed again and
    /// compared.
    case content

    package static func < (left: VerifyDepth, right: VerifyDepth) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The batches to verify, and the depth.
package struct VerifyPlan: Sendable {
    package var since: Timestamp?
    package var until: Timestamp?
    /// Only these batches, or nil for all.
    package var ids: Set<String>?
    package var depth: VerifyDepth
    /// The share of the batches verified at `depth`; the others are verified by size.
    package var share: Double
    /// The seed that chooses the batches of a share.
    package var seed: UInt64

    package init(
        since: Timestamp? = nil,
        until: Timestamp? = nil,
        ids: Set<String>? = nil,
        depth: VerifyDepth = .checksums,
        share: Double = 1,
        seed: UInt64 = 0
    ) {
        self.since = since
        self.until = until
        self.ids = ids
        self.depth = depth
        self.share = share
        self.seed = seed
    }

    /// Whether the whole archive is verified, so that a file that no manifest names is extra.
    var coversArchive: Bool { since == nil && until == nil && ids == nil }

    func depth(of id: String) -> VerifyDepth {
        guard share < 1 else { return depth }
        let digest = ContentDigest.hex(Array("\(seed) \(id)".utf8)).prefix(8)
        let place = Double(UInt32(digest, radix: 16) ?? 0) / 4_294_967_296
        return place < share ? depth : .sizes
    }
}
