package import MessageBatches

/// How closely a batch is looked at; each depth does what those before it do.
package enum VerifyDepth: Int, Sendable, Comparable {
    /// Manifests, SHA256SUMS, existence and sizes of the data files.
    case sizes
    /// SHA-256 of the data files.
    case checksums
    /// Every member inflated, every line decoded; counts, summaries and flat rows made anew and compared.
    case content

    package static func < (left: VerifyDepth, right: VerifyDepth) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Which batches are verified, and how closely.
package struct VerifyPlan: Sendable {
    package var since: Timestamp?
    package var until: Timestamp?
    /// Only these batches, or nil for all.
    package var ids: Set<String>?
    package var depth: VerifyDepth
    /// With a share below 1 only so many of the batches are looked at to their content, the others by their sizes.
    package var share: Double
    /// Chooses the batches of a share: another seed, another choice.
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

    /// Whether everything in the archive is looked at, so that what no manifest names is extra.
    var isWhole: Bool { since == nil && until == nil && ids == nil }

    func depth(of id: String) -> VerifyDepth {
        guard share < 1 else { return depth }
        let digest = ContentDigest.hex(Array("\(seed) \(id)".utf8)).prefix(8)
        let place = Double(UInt32(digest, radix: 16) ?? 0) / 4_294_967_296
        return place < share ? depth : .sizes
    }
}
