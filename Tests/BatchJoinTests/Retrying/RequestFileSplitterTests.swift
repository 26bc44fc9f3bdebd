import BatchJoin
import Testing

/// How requests are spread over parts.
struct RequestFileSplitterTests {
    @Test func `a part ends at its limit of requests or of bytes, whichever comes first`() {
        var byCount = RequestFileSplitter(maxRequests: 3, maxBytes: 1_000_000)
        #expect(places(in: &byCount, of: Array(repeating: 10, count: 7)) == [0, 0, 0, 1, 1, 1, 2])
        var byBytes = RequestFileSplitter(maxRequests: 100, maxBytes: RequestFileSplitter.frameBytes + 40)
        #expect(places(in: &byBytes, of: [19, 19, 1, 39, 20, 10]) == [0, 0, 1, 2, 3, 3])
    }

    @Test func `an id never stands twice in a part`() {
        var splitter = RequestFileSplitter(maxRequests: 3)
        let ids = ["a", "b", "a", "a", "c", "d", "b"]
        let found = ids.map { splitter.assign(id: Array($0.utf8), bytes: 10)?.part }
        #expect(found == [0, 0, 1, 2, 0, 1, 1])
        #expect(splitter.count == 3)
    }

    @Test func `a request too large for any part has none`() {
        var splitter = RequestFileSplitter(maxBytes: RequestFileSplitter.frameBytes + 10)
        #expect(splitter.assign(id: [1], bytes: 10) == nil)
        #expect(splitter.assign(id: [1], bytes: 9)?.part == 0)
    }

    @Test func `the limits are those of the service`() {
        #expect(RequestFileSplitter.maxRequests == 100_000 && RequestFileSplitter.maxBytes == 256_000_000)
    }

    private func places(in splitter: inout RequestFileSplitter, of sizes: [Int]) -> [Int?] {
        sizes.enumerated().map { splitter.assign(id: [UInt8($0.offset)], bytes: $0.element)?.part }
    }
}
