import BatchPipeline
import MessageBatches

/// A lister that returns one known batch instead of asking the API.
struct KnownBatch: BatchLister {
    let batch: MessageBatch

    func page(_ query: PageQuery) async throws(ServiceError) -> ServiceReply {
        ServiceReply(head: ReplyHead(status: 200), body: Array("{\"data\":[],\"has_more\":false}".utf8))
    }

    func batch(id: String) async throws(ServiceError) -> ServiceReply {
        ServiceReply(head: ReplyHead(status: 200), body: batch.json)
    }
}
