import BlockGzip
import Testing

struct MemberIndexTests {
    private let codec = allCodecs[0]

    private func members(of file: [UInt8]) throws -> [Range<Int>]? {
        try MemberIndex.members(inFileOf: file.count) { Array(file[$0]) }
    }

    @Test func `members are found without inflating them`() throws {
        let contents = [sampleLines(90_000), sampleLines(10), []]
        let file = try contents.flatMap { try codec.member(holding: $0.span) }
        let members = try #require(try members(of: file))
        #expect(try members.map { try codec.content(of: file.span.extracting($0)) } == contents)
    }

    @Test func `an empty file has no members`() throws {
        #expect(try members(of: [])?.isEmpty == true)
    }

    @Test func `a file from elsewhere is not hopped through`() throws {
        guard let file = try output(of: ["gzip", "-c"], input: sampleLines(500)) else { return }
        #expect(try members(of: file) == nil)
        #expect(try members(of: codec.member(holding: sampleLines(500).span) + file) == nil)
        #expect(try members(of: Array("{}\n".utf8)) == nil)
    }

    @Test func `a member cut short is named`() throws {
        let whole = try codec.member(holding: sampleLines(500).span)
        let file = whole + whole.dropLast()
        #expect(throws: GzipFailure(.truncated, member: 1, byteOffset: file.count)) { try members(of: file) }
    }
}
