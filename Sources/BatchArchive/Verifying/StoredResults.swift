import BatchPipeline
import MessageBatches

/// A source of results that reads the raw file of a batch without a manifest instead of asking the API.
///
/// The file may be any gzip file.
struct StoredResults: ResultSource {
    private let folder: ArchiveFolder
    private let path: String

    /// Finds the raw file of a batch; nil if there is none.
    init?(of batch: MessageBatch, in folder: ArchiveFolder) throws(ArchiveFailure) {
        let path = try ArchivePaths(of: batch).data(.raw)
        guard try folder.status(path) != nil else { return nil }
        self.folder = folder
        self.path = path
    }

    func results(of batch: MessageBatch) async throws(ServiceError) -> ResultStream {
        ResultStream(head: ReplyHead(status: 200), body: StoredBody(folder: folder, path: path))
    }
}

/// The content of a raw file in chunks.
private struct StoredBody: AsyncSequence, Sendable {
    let folder: ArchiveFolder
    let path: String

    func makeAsyncIterator() -> Iterator {
        Iterator(folder: folder, path: path)
    }

    /// Opens the file when the first chunk is read.
    final class Iterator: AsyncIteratorProtocol {
        private let folder: ArchiveFolder
        private let path: String
        private var stream: ContentStream?

        init(folder: ArchiveFolder, path: String) {
            self.folder = folder
            self.path = path
        }

        func next() async throws -> [UInt8]? {
            if stream == nil { stream = try ContentStream(path, in: folder) }
            return try stream?.next()
        }
    }
}
