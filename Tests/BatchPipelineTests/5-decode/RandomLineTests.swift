import BatchPipeline
import JSONLines
import TestSupport
import Testing

/// Valid lines with random order, spacing and escapes, compared with their generated values.
struct RandomLineTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `the decoder returns what the generator wrote`(seed: UInt64) throws {
        var generator = LineGenerator(seed: seed)
        let made = (0..<100).map { _ in generator.next() }
        let block = try ResultDecoder.decode(text: made.map(\.line).joined(separator: "\n"))
        #expect(block.rejected == [])
        #expect(block.records.map(\.lineNumber) == Array(1...100))
        for (found, (line, expected)) in zip(block.plain, made) where found != expected {
            #expect(found == expected, "\(line)")
        }
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `every position is inside its line`(seed: UInt64) throws {
        var generator = LineGenerator(seed: seed)
        let lines = (0..<50).map { _ in generator.next().line }
        let block = try ResultDecoder.decode(text: lines.joined(separator: "\r\n"))
        for record in block.records {
            let line = block.block.range(ofLine: record.lineNumber - 1)
            #expect(line.contains(record.line.lowerBound) && line.contains(record.line.upperBound - 1))
            #expect(
                record.line.contains(record.result.lowerBound) && record.line.contains(record.result.upperBound - 1)
            )
            let ends = [record.result.lowerBound, record.result.upperBound - 1].map { block.block.bytes[$0] }
            #expect(ends == Array("{}".utf8))
        }
    }

    @Test func `no damaged line makes the decoder crash or read past its end`() throws {
        var generator = LineGenerator(seed: 99)
        var random = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            let line = LineMutation.mutated(Array(generator.next().line.utf8), &random)
            let block = ResultDecoder.decode(try .holding(line, byteOffset: 1_000))
            #expect(block.records.count + block.rejected.count + block.emptyLines == 1)
            for fault in block.rejected {
                #expect((1_000...1_000 + line.count).contains(fault.byteOffset))
            }
        }
    }
}
