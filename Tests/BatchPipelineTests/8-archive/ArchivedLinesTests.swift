import BatchPipeline
import JSONLines
import Testing

struct ArchivedLinesTests {
    private let known = LinesDigest(hex: "0a1c57b4b31d541b87dc3d3c15b5a472")

    @Test func `the same lines match, whatever their bytes`() throws {
        let lines = ArchivedLines(digest: known, receivedSHA256: "aa")
        #expect(try lines.match(#require(known), receivedSHA256: "bb"))
        #expect(lines.match(LinesDigest(), receivedSHA256: "aa"))
        #expect(!lines.match(LinesDigest(), receivedSHA256: "bb"))
    }

    @Test func `without a digest only the same bytes match`() throws {
        let lines = ArchivedLines(receivedSHA256: "aa")
        #expect(try lines.match(#require(known), receivedSHA256: "aa"))
        #expect(try !lines.match(#require(known), receivedSHA256: "bb"))
        #expect(try !ArchivedLines().match(#require(known), receivedSHA256: "aa"))
    }
}
