import Testing

@testable import BatchService

@Suite
struct KeySearchTests {
    private static let key = "sk-ant-api03-aaaa-abab"

    private func finds(_ chunks: [String]) -> Bool {
        guard var search = KeySearch(Self.key) else { return false }
        return chunks.reduce(false) { found, chunk in search.finds(in: Array(chunk.utf8)) || found }
    }

    @Test(arguments: 0...key.utf8.count)
    func `the key is found wherever chunks divide it`(place: Int) {
        let (left, right) = (String(Self.key.prefix(place)), String(Self.key.dropFirst(place)))
        #expect(finds(["{\"a\":\"\(left)", "\(right)\"}"]))
        #expect(finds([left, right]))
        #expect(finds(["x"] + Self.key.map(String.init) + ["y"]))
        #expect(!finds([left, "x", right]) || place == 0 || place == Self.key.utf8.count)
    }

    @Test
    func `the key is found at every place, and nothing else is`() {
        for length in 0..<70 {
            let filling = String(repeating: "a", count: length)
            #expect(finds([filling + Self.key]))
            #expect(finds([Self.key + filling]))
            #expect(finds([filling + Self.key + filling]))
            #expect(!finds([filling + Self.key.dropLast() + filling.dropFirst()]))
            #expect(!finds([filling + Self.key.dropFirst() + filling]))
        }
    }

    @Test
    func `a short key is not searched for, because it may be a word of a result`() {
        #expect(KeySearch("") == nil)
        #expect(KeySearch("not-needed") == nil)
        #expect(KeySearch("0123456789abcdef") != nil)
    }
}
