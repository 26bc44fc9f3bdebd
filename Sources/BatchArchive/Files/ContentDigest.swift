import BatchPipeline
import Crypto

/// SHA-256 and length of bytes that come in pieces.
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

    /// SHA-256 so far, as lowercase hex.
    var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        let text = hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    /// SHA-256 of bytes that are all there.
    static func hex(_ bytes: [UInt8]) -> String {
        var digest = ContentDigest()
        digest.update(bytes)
        return digest.hex
    }

    /// SHA-256 and length of a whole file.
    static func file(_ file: borrowing OpenFile) throws(ArchiveFailure) -> ContentDigest {
        var digest = ContentDigest()
        while true {
            let piece = try file.read(at: digest.bytes, count: 1_048_576)
            if piece.isEmpty { return digest }
            digest.update(piece)
        }
    }
}
