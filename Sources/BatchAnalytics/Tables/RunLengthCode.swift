/// Encodes bucket counts as short text: each count as a Base64 VLQ number, a run of zeros as 0 and its length.
///
/// Base64 VLQ is the number format of source maps (ECMA-426), here without the sign bit. Each character has five bits,
/// lowest first, in the alphabet of RFC 4648. A value of 32 or more means that more characters follow. `"DAIB"` is 3,
/// eight zeros, 1.
enum RunLengthCode {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The index of every byte in the alphabet; 64 for all other bytes.
    private static let places: [UInt8] = {
        var places = [UInt8](repeating: 64, count: 256)
        for (place, byte) in alphabet.enumerated() { places[Int(byte)] = UInt8(place) }
        return places
    }()

    static func text(_ counts: [Int]) -> String {
        var bytes: [UInt8] = []
        var zeros = 0
        for count in counts {
            if count == 0 {
                zeros += 1
                continue
            }
            if zeros > 0 {
                append(0, to: &bytes)
                append(zeros, to: &bytes)
                zeros = 0
            }
            append(count, to: &bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Decodes a text; nil if it is invalid, has a number above `Int.max`, or more than `limit` counts.
    static func counts(_ text: Span<UInt8>, limit: Int) -> [Int]? {
        var counts: [Int] = []
        var position = 0
        while position < text.count {
            guard let number = number(in: text, at: &position) else { return nil }
            if number > 0 {
                counts.append(number)
            } else {
                guard let zeros = self.number(in: text, at: &position) else { return nil }
                guard zeros > 0, zeros <= limit - counts.count else { return nil }
                counts.append(contentsOf: repeatElement(0, count: zeros))
            }
            guard counts.count <= limit else { return nil }
        }
        return counts.last == 0 ? nil : counts
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        var rest = number
        repeat {
            let isLast = rest < 32
            bytes.append(alphabet[(rest & 31) | (isLast ? 0 : 32)])
            rest >>= 5
        } while rest > 0
    }

    private static func number(in text: Span<UInt8>, at position: inout Int) -> Int? {
        var (number, shift) = (0, 0)
        while position < text.count {
            let place = Int(places[Int(text[position])])
            guard place < 64, shift <= 60, shift < 60 || place & 31 < 8 else { return nil }
            position += 1
            number |= (place & 31) << shift
            if place < 32 { return number }
            shift += 5
        }
        return nil
    }
}
