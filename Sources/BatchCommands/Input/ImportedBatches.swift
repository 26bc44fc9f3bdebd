import BatchArchive
import BatchPipeline
import JSONLines
import MessageBatches
import Synchronization

/// The batches of an import: their objects from a list, the API or the archive, and their results from files.
///
/// The lock protects `state`, because several batches are imported at once.
final class ImportedBatches: BatchLister, ResultSource {
    private let files: [String: ImportFile]
    private let listed: [String: MessageBatch]?
    private let archived: [String: MessageBatch]
    private let client: (any BatchLister)?
    private let unproven: UnprovenBatches?
    private let state = Mutex(State())

    /// How batches without a batch object are archived.
    struct UnprovenBatches {
        /// The creation time of the batches; nil for the time when their files were changed.
        var createdAt: Timestamp?
    }

    private struct State {
        var workspaceIDs: [String: String] = [:]
        var unproven: Set<String> = []
    }

    /// Creates the batches of some files.
    ///
    /// - Parameters:
    ///   - files: The files, one for each batch.
    ///   - listed: The batch objects of a list; nil if they come from the API.
    ///   - archived: The batches that are already in the archive, which need no other batch object.
    ///   - client: The API; nil without a key.
    ///   - unproven: Nil if every batch needs a batch object.
    init(
        _ files: [ImportFile],
        listed: [String: MessageBatch]?,
        archived: [String: MessageBatch],
        client: (any BatchLister)?,
        unproven: UnprovenBatches?
    ) {
        self.files = Dictionary(files.map { ($0.batchID, $0) }, uniquingKeysWith: { first, _ in first })
        self.listed = listed
        self.archived = archived
        self.client = client
        self.unproven = unproven
    }

    func page(_ query: PageQuery) async throws(ServiceError) -> ServiceReply {
        ServiceReply(head: ReplyHead(status: 200), body: Array("{\"data\":[],\"has_more\":false}".utf8))
    }

    func batch(id: String) async throws(ServiceError) -> ServiceReply {
        if let known = archived[id] ?? listed?[id] {
            return ServiceReply(head: ReplyHead(status: 200), body: known.json)
        }
        if listed == nil, let client {
            let answer: Result<ServiceReply, ServiceError>
            do throws(ServiceError) {
                answer = .success(try await client.batch(id: id))
            } catch {
                answer = .failure(error)
            }
            switch answer {
            case .success(let reply):
                state.withLock { $0.workspaceIDs[id] = reply.head.workspaceID }
                return reply
            case .failure(let error) where unproven == nil || error.status != 404: throw error
            case .failure: break
            }
        }
        guard let unproven, let file = files[id] else {
            throw ServiceError(code: .status(404), operation: "\(ServiceError.listing)/\(id)")
        }
        state.withLock { _ = $0.unproven.insert(id) }
        let body = await Self.unprovenObject(of: file, createdAt: unproven.createdAt ?? file.changedAt)
        return ServiceReply(head: ReplyHead(status: 200), body: body)
    }

    func containsKey(_ bytes: [UInt8]) -> Bool {
        client?.containsKey(bytes) ?? false
    }

    func results(of batch: MessageBatch) async throws(ServiceError) -> ResultStream {
        guard let file = files[batch.id] else {
            throw ServiceError(code: .noResultsURL, operation: "\(ServiceError.listing)/\(batch.id)/results")
        }
        let (workspaceID, isProven) = state.withLock { ($0.workspaceIDs[batch.id], !$0.unproven.contains(batch.id)) }
        let body = file.body
        return ResultStream(head: ReplyHead(status: 200, workspaceID: workspaceID), body: body) {
            ResultFile(name: file.name, sha256: body.sha256, isProven: isProven)
        }
    }

    /// The object of a batch that is known only by its file, whose counts are those of the file.
    private static func unprovenObject(of file: ImportFile, createdAt: Timestamp) async -> [UInt8] {
        // If the file cannot be read, the import of the batch fails with the reason.
        let found = (try? await BodyTally(counting: file.body))?.found ?? [:]
        let known = ResultType.known.map { ($0.name, found[$0.name] ?? 0) }
        let counts = Dictionary(known + [("processing", 0)], uniquingKeysWith: { $1 }).merging(found) { $1 }
        return
            JSONNode.object([
                ("id", .text(file.batchID)), ("type", .text("message_batch")), ("processing_status", .text("ended")),
                ("request_counts", .counts(counts)), ("created_at", .text(createdAt.text)), ("expires_at", .null),
                ("ended_at", .null), ("cancel_initiated_at", .null), ("archived_at", .null), ("results_url", .null),
            ])
            .text
    }
}
