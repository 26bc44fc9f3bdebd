import BlockGzip

/// Reads the content of any gzip file from start to end in chunks, with little memory.
package struct ContentStream: ~Copyable {
    private static let pieceSize = 262_144

    private let file: OpenFile
    private var inflater = GzipInflater()
    private var offset = 0

    /// Opens a file; its path is relative to the archive.
    package init(_ path: String, in folder: ArchiveFolder) throws(ArchiveFailure) {
        file = try folder.open(path)
    }

    /// Returns the next chunk, never empty, or nil at the end of the file.
    ///
    /// - Throws: ``ArchiveFailure`` with the cause `gzip` for damage. A file that was never compressed has the reason
    ///   `notGzip`.
    package mutating func next() throws(ArchiveFailure) -> [UInt8]? {
        while true {
            if let content = try inflated() { return content }
            let piece = try file.read(at: offset, count: Self.pieceSize)
            offset += piece.count
            guard !piece.isEmpty else { break }
            inflater.push(piece)
        }
        do throws(GzipFailure) {
            try inflater.finish()
        } catch {
            throw ArchiveFailure(.gzip(error), .read, path: file.path)
        }
        return nil
    }

    private mutating func inflated() throws(ArchiveFailure) -> [UInt8]? {
        do throws(GzipFailure) {
            return try inflater.next()
        } catch {
            throw ArchiveFailure(.gzip(error), .read, path: file.path)
        }
    }
}
