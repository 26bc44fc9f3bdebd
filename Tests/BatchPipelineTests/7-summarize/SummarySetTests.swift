import BatchPipeline
import JSONLines
import MessageBatches
import Testing

struct SummarySetTests {
    /// Another kind of summary: the bytes of text.
    private struct TextBytes: Summary {
        static let name = "text_bytes"

        var bytes = 0

        init() {}

        mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
            bytes += block.records.reduce(0) { $0 + $1.textBytes }
        }

        mutating func merge(_ other: TextBytes) {
            bytes += other.bytes
        }

        private static let keys = JSONKeyTable(["bytes"])

        var node: JSONNode { .object([("bytes", .number(bytes))]) }

        init(from json: inout JSONCursor) throws(JSONSyntaxError) {
            try json.requiredMembers(Self.keys) { _, json throws(JSONSyntaxError) in
                bytes = try json.requiredNumber()
            }
        }
    }

    private func block(_ texts: String...) throws -> DecodedBlock {
        try ResultDecoder.decode(
            text: texts.enumerated().map { ResultLine.succeeded("\($0)", text: $1) }.joined(separator: "\n")
        )
    }

    @Test func `a block is folded into every summary`() throws {
        var set = SummarySet([LineCount.self, TextBytes.self])
        set.fold(try block("a", "bc"), of: try .sample("msgbatch_1"))
        set.fold(try block("def"), of: try .sample("msgbatch_1"))
        #expect(set.summary(LineCount.self)?.records == 3)
        #expect(set.summary(LineCount.self)?.batches == ["msgbatch_1"])
        #expect(set.summary(TextBytes.self)?.bytes == 6)
    }

    @Test func `sets merge kind by kind, in any order`() throws {
        let batch = try MessageBatch.sample()
        let empty = SummarySet([LineCount.self, TextBytes.self])
        var (first, second, whole) = (empty, empty, empty)
        first.fold(try block("a"), of: batch)
        second.fold(try block("bc", "def"), of: batch)
        whole.fold(try block("a"), of: batch)
        whole.fold(try block("bc", "def"), of: batch)
        var forwards = first
        forwards.merge(second)
        var backwards = second
        backwards.merge(first)
        for merged in [forwards, backwards] {
            #expect(merged.summary(LineCount.self) == whole.summary(LineCount.self))
            #expect(merged.summary(TextBytes.self) == whole.summary(TextBytes.self))
        }
    }

    @Test func `a set is a value: a change of a copy does not affect it`() throws {
        let empty = SummarySet([LineCount.self])
        var copy = empty
        copy.fold(try block("a"), of: try .sample())
        #expect(empty.summary(LineCount.self) == LineCount())
    }

    @Test func `a set has no other kinds of summaries`() {
        #expect(SummarySet([LineCount.self]).summary(TextBytes.self) == nil)
        #expect(SummarySet([]).summaries.isEmpty)
    }

    @Test func `a summary that was read replaces only the empty one of its kind`() throws {
        var set = SummarySet([LineCount.self, TextBytes.self])
        var stored = TextBytes()
        stored.bytes = 7
        set.replace(stored)
        #expect(set.summary(TextBytes.self)?.bytes == 7)
        #expect(set.summary(LineCount.self) == LineCount())
        #expect(set.summaries.count == 2)
        var other = SummarySet([LineCount.self])
        other.replace(stored)
        #expect(other.summaries.count == 1)
    }
}
