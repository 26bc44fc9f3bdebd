import BatchPipeline
import BlockGzip
import MessageBatches

@testable import BatchArchive

extension TemporaryArchive {
    /// Verifies the whole archive and returns all findings, including intact files.
    func verify(_ depth: VerifyDepth = .content, ids: Set<String>? = nil) async throws -> [VerifiedFile] {
        let verifier = ArchiveVerifier(
            folder,
            codec: ZlibCodec(),
            summaries: SummarySet([ResultTotal.self]),
            derivations: testSettings().derivations
        )
        var files: [VerifiedFile] = []
        try await verifier.run(VerifyPlan(ids: ids, depth: depth), concurrency: 2) { files.append($0) }
        return files
    }

    /// Marks and paths of everything that is not intact.
    func faults(_ depth: VerifyDepth = .content) async throws -> [String] {
        try await verify(depth).filter { $0.mark != .intact }.map { "\($0.mark.rawValue) \($0.path)" }
    }

    /// All manifests by ID.
    func manifests() async throws -> [String: Manifest] {
        let all = try await ArchiveReader(folder).manifests().manifests
        return Dictionary(uniqueKeysWithValues: all.map { ($0.batch.id, $0) })
    }

    /// Changes a file in place.
    func change(_ path: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = try folder.read(path)
        change(&bytes)
        try folder.write(bytes.span, to: path)
    }

    /// Publishes a batch of 13 results without the completeness check; the last repeats an ID in another spelling.
    ///
    /// Digests, counts, summary and rows match the lines.
    func exportTwice(_ id: String, of batchID: String) async throws {
        let spelled = "\\u00" + String(id.utf8.first ?? 0, radix: 16) + id.dropFirst()
        let last = #"{"custom_id":"\#(spelled)","result":{"type":"succeeded","message":{}}}"# + "\n"
        let batch = try sampleBatch(batchID, results: 13)
        let draft = try await sink().openDraft(of: batch)
        try await draft.write(sampleBody(results: 12) + Array(last.utf8), of: batch)
        _ = try await draft.publish(proof(batch, results: 13))
        try await sink().finishRun()
    }
}
