import JSONLines
import Testing

struct KeyHashTests {
    @Test func `a million similar keys have a million hashes`() {
        var hashes = Set<KeyHash>()
        for number in 0..<1_000_000 {
            hashes.insert(KeyHash(Array("request-\(number)".utf8)))
        }
        #expect(hashes.count == 1_000_000)
    }

    @Test func `length and trailing zeros count`() {
        let keys: [[UInt8]] = [[], [0], [0, 0], [UInt8](repeating: 0, count: 8), [UInt8](repeating: 0, count: 16)]
        #expect(Set(keys.map { KeyHash($0) }).count == keys.count)
    }
}
