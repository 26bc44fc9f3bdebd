import BatchPipeline
import Crypto

/// Computes SHA-256 and length of bytes that arrive in chunks.
struct ContentDigest: ByteDigest {
    private var hash = SHA256()
    private(set) var bytes = 0

    mutating func update(_ piece: [UInt8]) {
        hash.update(data: piece)
        bytes += piece.count
    }

    mutating func update(_ piece: ArraySlice<UInt8>) {
        hash.update(data: piece)
        bytes += piece.count
    }

    /// The SHA-256 of the bytes so far, in lowercase hex.
    var hex: String {
        Self.text(of: hash.finalize())
    }

    /// Returns the bytes of a digest in lowercase hex.
    static func text(of digest: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    /// Returns the SHA-256 of an array, in lowercase hex.
    static func hex(_ bytes: [UInt8]) -> String {
        var digest = ContentDigest()
        digest.update(bytes)
        return digest.hex
    }

    /// Returns SHA-256 and length of a whole file.
    static func file(_ file: borrowing OpenFile) throws(ArchiveFailure) -> ContentDigest {
        var digest = ContentDigest()
        while true {
            let piece = try file.read(at: digest.bytes, count: 1_048_576)
            if piece.isEmpty { return digest }
            digest.update(piece)
        }
    }
}
