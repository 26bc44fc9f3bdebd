/// The key of one row of requests: one label per request key of the grouping.
///
/// An error has three labels: fingerprint, type and message.
struct PartKey: BoundedKey {
    let labels: [Label]
    let stableHash: UInt64

    init(_ labels: [Label]) {
        self.labels = labels
        var hash = StableHash()
        for label in labels { hash.combine(label.stableHash) }
        stableHash = hash.value
    }

    init(_ label: Label) {
        self.init([label])
    }

    static func == (left: PartKey, right: PartKey) -> Bool {
        left.stableHash == right.stableHash && left.labels == right.labels
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(stableHash)
    }

    static func < (left: PartKey, right: PartKey) -> Bool {
        left.labels.lexicographicallyPrecedes(right.labels)
    }
}
