import Crypto

/// Hashes texts with a secret key: HMAC-SHA-256.
///
/// Without the key, it is not possible to find the text of a hash by hashing likely texts.
package struct KeyedDigest: Sendable {
    /// The least length of a key in bytes.
    package static let shortestKey = 16

    private let key: SymmetricKey

    /// Creates the hashes of a key; nil if the key is too short to be secret.
    package init?(key: [UInt8]) {
        guard key.count >= Self.shortestKey else { return nil }
        self.key = SymmetricKey(data: key)
    }

    /// The hash of some bytes: 64 digits in lowercase hex.
    package func hex(_ bytes: [UInt8]) -> String {
        ContentDigest.text(of: HMAC<SHA256>.authenticationCode(for: bytes, using: key))
    }
}
