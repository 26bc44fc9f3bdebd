import BatchArchive
import BatchPipeline
import BlockGzip
import Foundation
import MessageBatches
import Testing

@testable import BatchArchive

/// A folder with sources beside an archive, removed when the test is over.
final class JoinGround: Sendable {
    let archive = TemporaryArchive()
    let sources: URL

    init() throws {
        sources = FileManager.default.temporaryDirectory.appending(path: "sources-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: sources)
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

    /// Puts a batch with some result lines into the archive.
    func archive(_ id: String, _ lines: [String], day: String = "2024-08-20", blockSize: Int = 1_000) async throws {
        let sink = archive.sink()
        _ = try sink.prepare()
        let batch = try sampleBatch(id, results: lines.count, day: day)
        let draft = try await sink.openDraft(of: batch)
        try await draft.write(lines.flatMap { Array($0.utf8) + [0x0A] }, of: batch, blockSize: blockSize)
        _ = try await draft.publish(proof(batch, results: lines.count))
    }

    func settings(
        _ paths: [String],
        kind: JoinKind = .left,
        form: JoinForm = .ndjson,
        policy: JoinErrorPolicy = .fail,
        memory: Int = 300_000_000,
        tables: any JoinTableReader = NoTables()
    ) -> JoinSettings {
        JoinSettings(
            sources: paths.map { JoinSourcePlace(path: $0) },
            kind: kind,
            form: form,
            policy: policy,
            memory: memory,
            tables: tables,
            scratchFolder: archive.folder.path(ArchivePaths.partial),
            codec: ZlibCodec(level: 1)
        )
    }

    /// Joins all batches of the archive, oldest first.
    @discardableResult
    func join(_ settings: JoinSettings) async throws -> JoinReport {
        let manifests = try await manifests()
        return try await JoinRun(in: archive.folder).run(manifests, with: PreparedJoin(settings))
    }

    func manifests() async throws -> [Manifest] {
        try await ArchiveReader(archive.folder).manifests().manifests
    }

    /// The lines of a joined or unmatched file; none if there is no file.
    func lines(_ kind: DataKind, of id: String, day: String = "2024-08-20") throws -> [String] {
        let path = "\(kind.rawValue)/date=\(day)/\(id).ndjson.gz"
        guard try archive.folder.status(path) != nil else { return [] }
        let text = String(decoding: try content(of: path, in: archive.folder), as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
    }
}

/// No databases.
struct NoTables: JoinTableReader {
    func forEachRow(of table: JoinTable, _ body: ([UInt8]) throws -> Void) throws {}
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
    /// matched, results without row, rows without result, duplicate keys of a side.
    func figures(_ name: String) -> [Int] {
        guard let side = sides.first(where: { $0.name == name }) else { return [] }
        let tally = side.tally
        return [tally.matched, tally.resultsWithoutRow, tally.rowsWithoutResult, side.duplicateKeys]
    }
}
