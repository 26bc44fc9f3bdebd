import JSONLines

/// What a row of a source and a result are matched by.
///
/// Compared as decoded bytes, so that `"a\u0062"` is `"ab"`, `007` is not `7`, and é is not e + U+0301.
package struct JoinKey: Sendable, Hashable {
    /// The decoded bytes of `custom_id` (`JSONString.keyBytes`).
    package var id: [UInt8]
    /// The decoded bytes of `batch_id`, where the source says which batch a row belongs to.
    package var batch: [UInt8]?

    package init(id: [UInt8], batch: [UInt8]? = nil) {
        self.id = id
        self.batch = batch
    }

    /// Equal for equal keys; equal hashes are confirmed on the keys.
    package var hash: UInt64 {
        let hash = KeyHash(id).high
        guard let batch else { return hash }
        return hash ^ KeyHash(batch).low
    }
}
