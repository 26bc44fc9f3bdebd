import JSONLines
import MessageBatches
import Testing

@testable import BatchPipeline

struct UniquenessCheckTests {
    /// The result of the check for a body of these lines, and the draft it used.
    private func check(
        _ blocks: [[String]],
        limit: Int = 1_000,
        lie: (ResultRecord) -> KeyHash = { $0.customIDHash }
    ) async throws -> (surplus: Int, draft: InMemoryDraft) {
        let archive = InMemoryArchive()
        let draft = InMemoryDraft(of: "msgbatch_1", in: archive)
        var check = UniquenessCheck(limit: limit)
        var (firstLine, byteOffset) = (1, 0)
        for (sequence, lines) in blocks.enumerated() {
            let bytes = ResultLine.file(lines)
            var decoded = ResultDecoder.decode(
                try .holding(bytes, sequence: sequence, firstLine: firstLine, byteOffset: byteOffset)
            )
            for index in decoded.records.indices {
                decoded.records[index].customIDHash = lie(decoded.records[index])
            }
            try await draft.append(try draft.seal(decoded, flatRows: []))
            try await check.add(decoded.records, of: draft)
            (firstLine, byteOffset) = (firstLine + lines.count, byteOffset + bytes.count)
        }
        return (try await check.duplicateLines(of: draft), draft)
    }

    private func lines(_ ids: [String]) -> [String] {
        ids.map { ResultLine.other($0, type: "expired") }
    }

    /// One hash for all: only the IDs can be compared.
    private let liar: (ResultRecord) -> KeyHash = { _ in KeyHash(high: 1, low: 2) }

    @Test func `distinct IDs are proven without reading lines again`() async throws {
        let (surplus, draft) = try await check([lines(["a", "b", "c"]), lines(["d", "", "A"])])
        #expect(surplus == 0)
        #expect(await draft.readBacks == 0)
        #expect(await draft.scratchRunCount == 0)
    }

    @Test func `a body without lines has no duplicates`() async throws {
        #expect(try await check([]).surplus == 0)
        #expect(try await check([[""]]).surplus == 0)
    }

    @Test func `every repeated ID counts, in one block or in several`() async throws {
        #expect(try await check([lines(["a", "b", "a"])]).surplus == 1)
        #expect(try await check([lines(["a", "b"]), lines(["b", "a"]), lines(["a"])]).surplus == 3)
        #expect(try await check([lines(["", ""])]).surplus == 1)
    }

    @Test func `an ID in another spelling is a duplicate`() async throws {
        #expect(try await check([lines(["caf\u{E9}", "caf\\u00e9"])]).surplus == 1)
        #expect(try await check([lines(["a/b", "a\\/b", "\\u0061/b"])]).surplus == 2)
    }

    @Test func `similar texts are not duplicates`() async throws {
        #expect(try await check([lines(["caf\u{E9}", "cafe\u{301}"])]).surplus == 0)
        #expect(try await check([lines(["\\ud800", "\\ud801", "\u{FFFD}"])]).surplus == 0)
        #expect(try await check([lines(["\\ud800", "\\ud800"])]).surplus == 1)
        #expect(try await check([lines(["a", "a "])]).surplus == 0)
    }

    @Test func `equal hashes are checked by comparing the IDs`() async throws {
        let (surplus, draft) = try await check([lines(["a", "b", "c", "d"])], lie: liar)
        #expect(surplus == 0)
        #expect(await draft.readBacks == 4)
    }

    @Test func `a duplicate is found if another ID with the same hash is between`() async throws {
        #expect(try await check([lines(["a", "b", "a"])], lie: liar).surplus == 1)
        #expect(try await check([lines(["a", "b", "c", "b"])], limit: 1, lie: liar).surplus == 1)
    }

    @Test func `IDs with equal hashes are compared as decoded text`() async throws {
        #expect(try await check([lines(["caf\u{E9}", "cafe\u{301}"])], lie: liar).surplus == 0)
        #expect(try await check([lines(["caf\u{E9}", "caf\\u00E9"])], lie: liar).surplus == 1)
        #expect(try await check([lines(["\\ud800", "\u{FFFD}"])], lie: liar).surplus == 0)
    }

    @Test func `after one confirmed duplicate no more lines are read again`() async throws {
        let (surplus, draft) = try await check([lines(Array(repeating: "a", count: 50))])
        #expect(surplus == 49)
        #expect(await draft.readBacks == 2)
    }

    @Test func `a byte order mark or a carriage return does not hide an id`() async throws {
        let line = ResultLine.other("a", type: "expired")
        #expect(try await check([["\u{FEFF}" + line, "", line + "\r"]], lie: liar).surplus == 1)
    }

    @Test(arguments: [1, 2, 7, 100])
    func `sorted runs find the same duplicates with little memory`(limit: Int) async throws {
        let ids = (0..<300).map { "id-\($0 * 7_919 % 300)" }
        let blocks = stride(from: 0, to: 300, by: 10).map { lines(Array(ids[$0..<$0 + 10])) }
        let (surplus, draft) = try await check(blocks, limit: limit)
        #expect(surplus == 0)
        #expect(await draft.scratchRunCount >= 300 / (limit + 10))
        #expect(try await check(blocks + [lines(["id-0", "id-299", "id-150", "id-0"])], limit: limit).surplus == 4)
    }

    @Test func `runs longer than one read are merged completely`() async throws {
        // Two runs of 5,000 entries each, more than one read returns, with every ID in both.
        let ids = lines((0..<5_000).map { "a\($0)" })
        let (surplus, draft) = try await check([ids, ids], limit: 4_000)
        #expect(surplus == 5_000)
        #expect(await draft.scratchBytes == 10_000 * HashEntry.byteCount)
    }

    @Test func `an entry reads back as it was written`() {
        let entries = [
            HashEntry(hash: KeyHash(high: .max, low: 0), line: 1),
            HashEntry(hash: KeyHash(high: 0x0102_0304_0506_0708, low: 0x8090_A0B0_C0D0_E0F0), line: 123_456_789),
        ]
        let bytes = HashEntry.bytes(of: entries)
        #expect(bytes.count == 2 * HashEntry.byteCount)
        #expect(HashEntry(bytes, at: 0) == entries[0])
        #expect(HashEntry(bytes, at: 24) == entries[1])
    }

    @Test func `entries are sorted by hash, then by line`() {
        let (low, high) = (KeyHash(high: 1, low: 9), KeyHash(high: 2, low: 0))
        let sorted = [HashEntry(hash: high, line: 1), HashEntry(hash: low, line: 5), HashEntry(hash: low, line: 2)]
            .sorted()
        #expect(sorted.map(\.line) == [2, 5, 1])
    }
}
