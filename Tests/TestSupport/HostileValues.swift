/// Values at and beyond the limits of numbers and times, and documents changed with them.
///
/// A test that reads such a document demands only that the process survives.
package enum HostileValues {
    /// The limits of the number types and of what documents may state, and numbers that are not whole.
    package static let numbers = [
        "9223372036854775807", "9223372036854775806", "-9223372036854775808", "18446744073709551616",
        "9007199254740992", "4294967296", "2147483648", "1e400", "-1", "0", "1", "0.5",
    ]

    /// The limits of times, years that 64 bits of nanoseconds cannot hold, and usual ones.
    package static let times = [
        "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1700-01-01T00:00:00Z", "1677-09-21T00:12:43Z",
        "2200-01-01T00:00:00Z", "2262-04-11T23:47:17Z", "9999-12-31T23:59:59.999999999Z", "2024-08-20T00:00:00Z",
    ]

    /// Returns a JSON text in which some numbers and times, also those inside of strings, are hostile ones.
    package static func changed(_ json: String, by random: inout SeededGenerator) -> String {
        let bytes = Array(json.utf8)
        var words: [Range<Int>] = []
        var place = 0
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: ":") { place += 1 }
            let end = bytes[place...].firstIndex { !isWordPart($0) } ?? bytes.count
            if place < end, (0x30...0x39).contains(bytes[place]) { words.append(place..<end) }
            place = max(end, place + 1)
        }
        // A time ends with its zone; every other word of digits only is a number.
        let times = words.filter { $0.count > 19 && bytes[$0.lowerBound + 10] == UInt8(ascii: "T") }
        let numbers = words.filter { bytes[$0].allSatisfy { (0x30...0x39).contains($0) } }
        var changes: [Int: (end: Int, value: String)] = [:]
        for _ in 0..<random.pick([1, 1, 2, 5, 30]) {
            let isTime = random.once(in: 4)
            guard let word = (isTime ? times : numbers).randomElement(using: &random) else { continue }
            changes[word.lowerBound] = (word.upperBound, random.pick(isTime ? Self.times : Self.numbers))
        }
        var text: [UInt8] = []
        place = 0
        for (start, change) in changes.sorted(by: { $0.key < $1.key }) {
            text += bytes[place..<start] + change.value.utf8
            place = change.end
        }
        return String(decoding: text + bytes[place...], as: UTF8.self)
    }

    /// Whether a byte can be part of a number or a time.
    private static func isWordPart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"),
            UInt8(ascii: "."), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
