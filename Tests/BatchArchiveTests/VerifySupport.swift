import BatchPipeline
import BlockGzip
import MessageBatches

@testable import BatchArchive

extension TemporaryArchive {
    /// Looks at the whole archive and returns what was found, intact files too.
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

    /// All manifests by id.
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
}
