import BatchPipeline
import BlockGzip
import Synchronization

/// The content of a results file outside the archive, plain or compressed with gzip, in chunks.
///
/// The file is read with little memory, and its SHA-256 is computed at the same time. A body that cannot be read throws
/// ``BatchFailure/unreadableFile(_:)``, which concerns its batch only.
package struct ResultFileBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = any Error

    /// The digest of the file, set at its end.
    private final class Digest: Sendable {
        let hex = Mutex("")
    }

    private let path: String
    private let describe: @Sendable (ArchiveFailure) -> String
    private let digest = Digest()

    /// Creates a body; the file is opened when the first chunk is read.
    ///
    /// `describe` gives the reason of an error as a clause.
    package init(_ path: String, describe: @escaping @Sendable (ArchiveFailure) -> String) {
        self.path = path
        self.describe = describe
    }

    /// The SHA-256 of the file as stored, in lowercase hex; empty before the end of the body.
    package var sha256: String { digest.hex.withLock { $0 } }

    package func makeAsyncIterator() -> Iterator {
        Iterator(path: path, describe: describe) { [digest] hex in digest.hex.withLock { $0 = hex } }
    }

    /// Reads the first line of the content, without its line end; at most `limit` bytes of it.
    ///
    /// Empty lines and a byte order mark at the start are skipped. Nil if the file has no other line.
    package func firstLine(limit: Int) async throws -> [UInt8]? {
        var line: [UInt8] = []
        var isStart = true
        for try await chunk in self {
            for byte in isStart && chunk.starts(with: [0xEF, 0xBB, 0xBF]) ? chunk[3...] : chunk[...] {
                switch byte {
                case 0x0A where !line.isEmpty: return line
                case 0x0A, 0x0D, 0x20, 0x09:
                    if !line.isEmpty { line.append(byte) }
                default: line.append(byte)
                }
                if line.count == limit { return line }
            }
            isStart = false
        }
        return line.isEmpty ? nil : line
    }

    package final class Iterator: AsyncIteratorProtocol {
        private static let pieceSize = 262_144

        private let path: String
        private let describe: @Sendable (ArchiveFailure) -> String
        private let finish: (String) -> Void
        private var file: OpenFile?
        /// Nil if the file is not compressed.
        private var inflater: GzipInflater?
        private var digest = ContentDigest()

        fileprivate init(
            path: String,
            describe: @escaping @Sendable (ArchiveFailure) -> String,
            finish: @escaping (String) -> Void
        ) {
            self.path = path
            self.describe = describe
            self.finish = finish
        }

        package func next() async throws -> [UInt8]? {
            do throws(ArchiveFailure) {
                return try chunk()
            } catch {
                throw BatchFailure.unreadableFile(describe(error))
            }
        }

        private func chunk() throws(ArchiveFailure) -> [UInt8]? {
            if file == nil {
                let opened = try OpenFile(path, .reading)
                if try opened.read(at: 0, count: 2) == [0x1F, 0x8B] { inflater = GzipInflater() }
                file = consume opened
            }
            while true {
                if let content = try inflated() { return content }
                let piece = try file?.read(at: digest.bytes, count: Self.pieceSize) ?? []
                digest.update(piece)
                if piece.isEmpty { break }
                if inflater == nil { return piece }
                inflater?.push(piece)
            }
            do throws(GzipFailure) {
                try inflater?.finish()
            } catch {
                throw ArchiveFailure(.gzip(error), .read, path: path)
            }
            finish(digest.hex)
            return nil
        }

        private func inflated() throws(ArchiveFailure) -> [UInt8]? {
            do throws(GzipFailure) {
                return try inflater?.next()
            } catch {
                throw ArchiveFailure(.gzip(error), .read, path: path)
            }
        }
    }
}
