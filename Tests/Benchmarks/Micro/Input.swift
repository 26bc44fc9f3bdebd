import BatchPipeline
import BatchSimulator
import JSONLines
import MessageBatches

/// A generated batch in all the forms it takes on its way.
struct Input {
    let batch: MessageBatch
    let body: [UInt8]
    let blocks: [LineBlock]
    let decoded: [DecodedBlock]

    init(lines: Int) throws {
        let scenario = try Scenario.generated(lines: lines, batches: 1, seed: 1, clock: .system())
        let simulated = scenario.batches[0]
        batch = try MessageBatch(json: simulated.json(at: scenario.clock.now(), baseURL: "http://localhost"))
        body = simulated.results?.collected() ?? []
        blocks = try Self.split(body)
        decoded = blocks.map { ResultDecoder.decode($0) }
    }

    /// Cuts the body as it would come from a socket, 64 KiB at a time.
    static func split(_ body: [UInt8]) throws -> [LineBlock] {
        var splitter = LineSplitter()
        var blocks: [LineBlock] = []
        for start in stride(from: 0, to: body.count, by: 65_536) {
            blocks += try splitter.append(Array(body[start..<min(start + 65_536, body.count)]))
        }
        if let last = splitter.finish() { blocks.append(last) }
        return blocks
    }
}
