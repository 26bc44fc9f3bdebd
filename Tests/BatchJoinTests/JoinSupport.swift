import BatchArchive
import BatchPipeline
import BlockGzip
import Foundation
import JSONLines
import MessageBatches
import Prices
import Testing

@testable import BatchJoin

/// An archive and a folder with sources, removed when the test is over.
final class JoinGround: Sendable {
    let folder: ArchiveFolder
    let sources: URL

    init() throws {
        folder = ArchiveFolder(
            FileManager.default.temporaryDirectory.appending(path: "archive-\(UUID().uuidString)").path
        )
        sources = FileManager.default.temporaryDirectory.appending(path: "sources-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: sources)
        try? FileManager.default.removeItem(atPath: folder.root)
    }

    /// Writes a source and gives its path.
    @discardableResult
    func put(_ text: String, as name: String) throws -> String {
        try put(Array(text.utf8), as: name)
    }

    @discardableResult
    func put(_ bytes: [UInt8], as name: String) throws -> String {
        let url = sources.appending(path: name)
        try Data(bytes).write(to: url)
        return url.path
    }

    func sink() -> FileArchive {
        FileArchive(
            folder,
            settings: ArchiveSettings(
                codec: ZlibCodec(level: 6),
                toolVersion: "1.2.3",
                origin: "https://api.example",
                derivations: ["flat_schema": FlatSchema.version, "error_classes": 1]
            )
        )
    }

    /// Puts a batch with some result lines into the archive.
    func archive(_ id: String, _ lines: [String], day: String = "2024-08-20", blockSize: Int = 1_000) async throws {
        let sink = sink()
        _ = try sink.prepare()
        let batch = try MessageBatch(json: Array(Self.batch(id, results: lines.count, day: day).utf8))
        let draft = try await sink.openDraft(of: batch)
        let rows = FlatRowWriter(batch: batch)
        var splitter = LineSplitter(blockSize: blockSize)
        let blocks = try splitter.append(lines.flatMap { Array($0.utf8) + [0x0A] })
        for block in blocks + [splitter.finish()].compactMap(\.self) {
            var decoded = ResultDecoder.decode(block)
            decoded.price(by: RequestPricing(table: PriceTable(rows: []), origin: nil), of: batch)
            try await draft.append(draft.seal(decoded, flatRows: rows.rows(of: decoded)))
        }
        let proof = BatchProof(
            batch: batch,
            found: lines.isEmpty ? [:] : ["succeeded": lines.count],
            emptyLines: 0,
            rejected: [],
            duplicateLines: 0,
            summaries: SummarySet([]),
            requestID: "req_1",
            workspaceID: "wrkspc_1",
            startedAt: Timestamp(seconds: 1_724_200_000),
            finishedAt: Timestamp(seconds: 1_724_200_007)
        )
        _ = try await draft.publish(proof)
    }

    private static func batch(_ id: String, results: Int, day: String) -> String {
        """
        { "id": "\(id)", "type": "message_batch", "processing_status": "ended", "new_field": [1, 2e3, "a b"],
          "request_counts": {"processing": 0, "succeeded": \(results), "errored": 0, "canceled": 0, "expired": 0},
          "created_at": "\(day)T18:37:24.100435Z", "ended_at": "\(day)T19:00:00+00:00", "results_url": null }
        """
    }

    /// All files in the archive by their relative path; hidden ones too.
    func files() throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        let all = FileManager.default.enumerator(atPath: folder.root)
        while let path = all?.nextObject() as? String {
            if try folder.status(path)?.isFolder == false { files[path] = try folder.read(path) }
        }
        return files
    }

    func paths() throws -> [String] {
        try files().keys.sorted()
    }

    func settings(
        _ paths: [String],
        kind: JoinKind = .left,
        form: JoinForm = .ndjson,
        policy: JoinErrorPolicy = .fail,
        memory: Int = 300_000_000,
        rowLimit: Int = 67_108_864
    ) -> JoinSettings {
        JoinSettings(
            sources: paths.map { JoinSourcePlace(path: $0) },
            kind: kind,
            form: form,
            policy: policy,
            memory: memory,
            rowLimit: rowLimit,
            scratchFolder: folder.path(ArchivePaths.partial),
            codec: ZlibCodec(level: 1)
        )
    }

    /// Joins all batches of the archive, oldest first.
    @discardableResult
    func join(_ settings: JoinSettings) async throws -> JoinReport {
        let manifests = try await manifests()
        return try await JoinRun(in: folder).run(manifests, with: PreparedJoin(settings))
    }

    func manifests() async throws -> [Manifest] {
        try await ArchiveReader(folder).manifests().manifests
    }

    /// The lines of a joined or unmatched file; none if there is no file.
    func lines(_ kind: DataKind, of id: String, day: String = "2024-08-20") throws -> [String] {
        let path = "\(kind.rawValue)/date=\(day)/\(id).ndjson.gz"
        guard try folder.status(path) != nil else { return [] }
        var stream = try ContentStream(path, in: folder)
        var content: [UInt8] = []
        while let piece = try stream.next() { content += piece }
        let text = String(decoding: content, as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
    }
}

func resultLine(_ id: String, _ value: String = "x") -> String {
    "{\"custom_id\":\"\(id)\",\"result\":\(resultValue(value))}"
}

func resultValue(_ value: String = "x") -> String {
    "{\"type\":\"succeeded\",\"message\":{\"id\": \"msg_\(value)\",\"content\":[]}}"
}

func requestRow(_ id: String, _ text: String = "t") -> String {
    "{\"custom_id\":\"\(id)\",\"params\":{\"model\":\"m\",\"text\" : \"\(text)\"}}"
}

extension JoinReport {
    /// matched, results without row, rows without result, duplicate keys of a relation.
    func figures(_ name: String) -> [Int] {
        guard let relation = relations.first(where: { $0.name == name }) else { return [] }
        let tally = relation.tally
        return [tally.matched, tally.resultsWithoutRow, tally.rowsWithoutResult, relation.duplicateKeys]
    }
}
