package import BatchPipeline
package import MessageBatches

/// A source of results that reads the raw file of a batch instead of asking the API, to rebuild what is derived from
/// it.
///
/// It reads any gzip file and uncompressed files.
package struct StoredResults: ResultSource {
    private let folder: ArchiveFolder
    private let path: String
    private let head: ReplyHead
    /// The number of bytes as received, without an added newline.
    private let byteCount: Int?

    /// Opens the raw file that a manifest describes.
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

    /// Opens the raw file of a batch without a manifest; nil if there is none.
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

/// The content of a raw file in chunks.
private struct StoredBody: AsyncSequence, Sendable {
    let folder: ArchiveFolder
    let path: String
    let byteCount: Int?

    func makeAsyncIterator() -> Iterator {
        Iterator(folder: folder, path: path, left: byteCount ?? .max)
    }

    /// Opens the file when the first chunk is read.
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
