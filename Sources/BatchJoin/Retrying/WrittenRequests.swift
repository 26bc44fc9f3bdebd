import BatchArchive
import JSONLines
import MessageBatches

/// The requests of one batch that earlier retries wrote, and the file of each.
///
/// They come from the records in the archive (``RetryRecorder``), so they are known even after the files were moved.
/// Memory grows with the failed requests of one batch.
struct WrittenRequests {
    private static let chunkSize = 1_048_576

    private enum Key: String, CaseIterable {
        case part
        case customID = "custom_id"
    }

    private static let keys = JSONKeys<Key>()

    private var paths: [String] = []
    /// The place in `paths` for each `custom_id`, by its key bytes.
    private var places: [[UInt8]: Int] = [:]

    /// Reads the records of a batch.
    ///
    /// - Throws: ``ArchiveFailure``, or ``JoinFailure`` with the cause `retryRecord` if a record is damaged.
    init(of batch: MessageBatch, in folder: ArchiveFolder) throws {
        let archived = try ArchivePaths(of: batch)
        let numbers = try folder.names(in: archived.retryFolder).compactMap { archived.number(ofRetryRecord: $0) }
        for number in numbers.sorted() { try read(archived.retryRecord(number), in: folder) }
    }

    /// Returns the path of the file that has a request, absolute and as it was written; nil if no file has it.
    ///
    /// `id` are the bytes that a `custom_id` is compared by.
    func path(of id: [UInt8]) -> String? {
        places[id].map { paths[$0] }
    }

    private mutating func read(_ record: String, in folder: ArchiveFolder) throws {
        let file = try folder.open(record)
        var splitter = LineSplitter()
        var offset = 0
        while true {
            let chunk = try file.read(at: offset, count: Self.chunkSize)
            guard !chunk.isEmpty else { break }
            offset += chunk.count
            for block in try splitter.append(chunk) { try add(block, path: file.path) }
        }
        if let block = splitter.finish() { try add(block, path: file.path) }
    }

    private mutating func add(_ block: LineBlock, path: String) throws(JoinFailure) {
        for line in block.lineEnds.indices {
            do throws(JSONSyntaxError) {
                let (id, part) = try Self.request(in: block, line)
                if paths.last != part { paths.append(part) }
                places[id] = paths.count - 1
            } catch {
                throw JoinFailure(.retryRecord(line: block.firstLine + line), path: path)
            }
        }
    }

    private static func request(
        in block: LineBlock,
        _ line: Int
    ) throws(JSONSyntaxError) -> (id: [UInt8], part: String) {
        try JSONCursor.read(block.bytes) { cursor throws(JSONSyntaxError) in
            var (id, part): ([UInt8]?, String?)
            cursor.move(to: block.content(ofLine: line))
            try cursor.requiredMembers(keys) { key, cursor throws(JSONSyntaxError) in
                switch key {
                case .part: part = try cursor.requiredText()
                case .customID: id = cursor.keyBytes(try cursor.requiredString())
                }
            }
            try cursor.expectEnd()
            guard let id, let part else { throw JSONSyntaxError(.expectedKey, at: cursor.position) }
            return (id, part)
        }
    }
}
