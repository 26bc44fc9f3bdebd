import BatchArchive
import Testing

struct KeyedDigestTests {
    @Test func `a hash is HMAC-SHA-256 as in RFC 4231`() throws {
        let digest = try #require(KeyedDigest(key: [UInt8](repeating: 0x0B, count: 20)))
        #expect(
            digest.hex(Array("Hi There".utf8)) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        )
    }

    @Test func `a key that can be guessed is refused`() {
        #expect(KeyedDigest(key: []) == nil)
        #expect(KeyedDigest(key: [UInt8](repeating: 1, count: KeyedDigest.shortestKey - 1)) == nil)
        #expect(KeyedDigest(key: [UInt8](repeating: 1, count: KeyedDigest.shortestKey)) != nil)
    }
}
