import BatchPipeline
import BlockGzip
import Foundation
import JSONLines
import MessageBatches
import Prices
import Testing

@testable import BatchArchive

/// A folder for one test, removed when the test is over.
final class TemporaryArchive: Sendable {
    let folder: ArchiveFolder

    init() {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("archive-\(UUID().uuidString)").path
        folder = ArchiveFolder(path)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder.root)
    }

    func sink(_ codec: any MemberCodec = ZlibCodec(level: 6)) -> FileArchive {
        FileArchive(folder, settings: testSettings(codec))
    }

    /// All files of the archive by relative path, including hidden ones.
    func files() throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        let all = FileManager.default.enumerator(atPath: folder.root)
        while let path = all?.nextObject() as? String {
            guard try folder.status(path)?.isFolder == false else { continue }
            files[path] = try folder.read(path)
        }
        return files
    }

    /// The paths of all files, sorted.
    func paths() throws -> [String] {
        try files().keys.sorted()
    }

    /// Exports three small batches of one day and one batch of the next day.
    func exportTwoDays() async throws {
        let sink = sink()
        for id in ["a", "b", "c"] { try await sink.export(id, results: 12) }
        try await sink.export("d", day: "2024-08-21")
        try await sink.finishRun()
    }

    /// Writes a file directly.
    func put(_ text: [UInt8], at path: String) throws {
        try folder.makeFolder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
        try folder.write(text.span, to: path)
    }
}

func testSettings(_ codec: any MemberCodec = ZlibCodec(level: 6)) -> ArchiveSettings {
    ArchiveSettings(
        codec: codec,
        toolVersion: "1.2.3",
        origin: "https://api.example",
        derivations: ["flat_schema": 1, "error_classes": 1]
    )
}

/// A summary that counts results, so that a manifest contains one.
struct ResultTotal: Summary {
    static let name = "result_total"
    var count = 0

    mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) { count += block.records.count }
    mutating func merge(_ other: ResultTotal) { count += other.count }
}

extension ResultTotal {
    private static let keys = JSONKeyTable(["count"])

    var node: JSONNode { .object([("count", .number(count))]) }

    init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        try json.requiredMembers(Self.keys) { _, json throws(JSONSyntaxError) in count = try json.requiredNumber() }
    }
}

func sampleBatch(_ id: String = "msgbatch_01", results: Int = 3, day: String = "2024-08-20") throws -> MessageBatch {
    let json = """
        { "id": "\(id)", "type": "message_batch", "processing_status": "ended", "new_field": [1, 2e3, "a b"],
          "request_counts": {"processing": 0, "succeeded": \(results), "errored": 0, "canceled": 0, "expired": 0},
          "created_at": "\(day)T18:37:24.100435Z", "ended_at": "\(day)T19:00:00+00:00", "results_url": null }
        """
    return try MessageBatch(json: Array(json.utf8))
}

/// Result lines of a batch, equal in every run.
func sampleBody(results: Int = 3, terminated: Bool = true) -> [UInt8] {
    let lines = (0..<results)
        .map { index in
            """
            {"custom_id":"request-\(index)","result":{"type":"succeeded","message":{"id":"msg_\(index)","type":"message",\
            "role":"assistant","model":"claude-3-haiku-20240307","content":[{"type":"text","text":"Answer \(index * 7919) 🙂"}],\
            "stop_reason":"end_turn","usage":{"input_tokens":\(index),"output_tokens":7}}}}
            """
        }
    return Array((lines.joined(separator: "\n") + (terminated && results > 0 ? "\n" : "")).utf8)
}

/// The blocks of a body, small ones, so that a short body has several.
func blocks(of body: [UInt8], blockSize: Int = 1_000) throws -> [LineBlock] {
    var splitter = LineSplitter(blockSize: blockSize)
    let blocks = try splitter.append(body)
    return blocks + [splitter.finish()].compactMap { $0 }
}

extension LinesDigest {
    /// The digest of the lines of a body.
    init(of body: [UInt8]) {
        self.init(LineBlock(wholeLines: body, sequence: 0, firstLine: 1, byteOffset: 0))
    }
}

/// The records of a block without prices, as the proof of a sample records no prices.
func decoded(_ block: LineBlock, of batch: MessageBatch) -> DecodedBlock {
    var decoded = ResultDecoder.decode(block)
    decoded.price(by: RequestPricing(table: PriceTable(rows: []), origin: nil), of: batch)
    return decoded
}

/// The proof of a batch whose body was read.
func proof(_ batch: MessageBatch, results: Int = 3, emptyLines: Int = 0) -> BatchProof {
    var summaries = SummarySet([ResultTotal.self])
    summaries.replace(ResultTotal(count: results))
    return BatchProof(
        batch: batch,
        found: results == 0 ? [:] : ["succeeded": results],
        emptyLines: emptyLines,
        rejected: [],
        duplicateLines: 0,
        linesDigest: LinesDigest(of: sampleBody(results: results)),
        summaries: summaries,
        requestID: "req_1",
        workspaceID: "wrkspc_1",
        startedAt: Timestamp(seconds: 1_724_200_000),
        finishedAt: Timestamp(seconds: 1_724_200_007)
    )
}

extension BatchDraft {
    /// Writes a whole body, block by block, as the pipeline does.
    func write(_ body: [UInt8], of batch: MessageBatch, blockSize: Int = 1_000) async throws {
        let rows = FlatRowWriter(batch: batch)
        for block in try blocks(of: body, blockSize: blockSize) {
            let decoded = BatchArchiveTests.decoded(block, of: batch)
            try await append(seal(decoded, flatRows: rows.rows(of: decoded)))
        }
    }
}

extension FileArchive {
    /// Exports a sample batch.
    @discardableResult
    func export(_ id: String = "msgbatch_01", results: Int = 3, day: String = "2024-08-20") async throws
        -> PublishedBatch
    {
        let batch = try sampleBatch(id, results: results, day: day)
        let draft = try await openDraft(of: batch)
        try await draft.write(sampleBody(results: results), of: batch)
        return try await draft.publish(proof(batch, results: results))
    }
}

/// The content of any gzip file of an archive.
func content(of path: String, in folder: ArchiveFolder) throws -> [UInt8] {
    var stream = try ContentStream(path, in: folder)
    var content: [UInt8] = []
    while let piece = try stream.next() { content += piece }
    return content
}

/// Runs a program in a folder and returns its exit status and standard output; nil if this machine lacks it.
func run(_ arguments: [String], in folder: String) throws -> (status: Int32, output: [UInt8])? {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    // env returns 127 for a program that does not exist.
    guard process.terminationStatus != 127 else {
        print("skipped: \(arguments[0]) is not installed")
        return nil
    }
    return (process.terminationStatus, [UInt8](text))
}
