import TestSupport

/// Damages lines at random places.
enum LineMutation {
    private static let significant =
        Array("\"\\{}[]:,0123456789.-+eEtfnu \t\rNaI\u{1}é漢😀".utf8) + [0x80, 0xC0, 0xED, 0xF8, 0xFF]

    /// A line with one to three bytes or pieces changed; never contains a line end.
    static func mutated(_ line: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var line = line
        for _ in 0..<random.int(1...3) where !line.isEmpty {
            let place = random.int(0...line.count - 1)
            switch random.int(0...5) {
            case 0: line[place] = random.pick(significant)
            case 1: line.insert(random.pick(significant), at: place)
            case 2: line.remove(at: place)
            case 3: line.removeSubrange(place..<min(place + random.int(1...8), line.count))
            case 4: line.swapAt(place, random.int(0...line.count - 1))
            default: line.insert(contentsOf: line[place..<min(place + random.int(1...8), line.count)], at: place)
            }
        }
        return line.filter { $0 != 0x0A }
    }
}
