package import BatchPipeline
package import MessageBatches

/// The raw file of one batch in the place of the service: what is derived from raw can be derived anew.
///
/// Reads any gzip, and a file that was never compressed.
package struct StoredResults: ResultSource {
    private let folder: ArchiveFolder
    private let path: String
    private let head: ReplyHead
    /// The bytes as received; a line end that was added behind them is left out.
    private let byteCount: Int?

    /// The raw file a manifest describes.
    package init(_ manifest: Manifest, in folder: ArchiveFolder) {
        self.folder = folder
        let raw = manifest.files[.raw]
        path = raw?.path ?? ""
        byteCount = raw.map { $0.received?.bytes ?? $0.content.bytes }
        head = ReplyHead(
            status: 200,
            requestID: manifest.source.requestID,
            workspaceID: manifest.source.workspaceID
        )
    }

    /// The raw file of a batch without a manifest; nil if there is none.
    package init?(of batch: MessageBatch, in folder: ArchiveFolder) throws(ArchiveFailure) {
        let path = try ArchivePaths(of: batch).data(.raw)
        guard try folder.status(path) != nil else { return nil }
        self.folder = folder
        self.path = path
        byteCount = nil
        head = ReplyHead(status: 200)
    }

    package func results(of batch: MessageBatch) async throws(ServiceError) -> ResultStream {
        ResultStream(head: head, body: StoredBody(folder: folder, path: path, byteCount: byteCount))
    }
}

/// The content of a raw file, chunk by chunk.
private struct StoredBody: AsyncSequence, Sendable {
    let folder: ArchiveFolder
    let path: String
    let byteCount: Int?

    func makeAsyncIterator() -> Iterator {
        Iterator(folder: folder, path: path, left: byteCount ?? .max)
    }

    /// Opens the file when the first chunk is wanted.
    final class Iterator: AsyncIteratorProtocol {
        private let folder: ArchiveFolder
        private let path: String
        private var left: Int
        private var stream: ContentStream?

        init(folder: ArchiveFolder, path: String, left: Int) {
            self.folder = folder
            self.path = path
            self.left = left
        }

        func next() async throws -> [UInt8]? {
            // Nothing was received, so there is no file.
            guard !path.isEmpty, left > 0 else { return nil }
            if stream == nil { stream = try ContentStream(path, in: folder) }
            guard let chunk = try stream?.next() else { return nil }
            let wanted = Swift.min(left, chunk.count)
            left -= wanted
            return wanted == chunk.count ? chunk : Array(chunk.prefix(wanted))
        }
    }
}
