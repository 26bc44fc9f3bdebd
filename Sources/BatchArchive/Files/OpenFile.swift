#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An open file that closes itself: the descriptor cannot leak and cannot be used after it was closed.
package struct OpenFile: ~Copyable, Sendable {
    /// How a file is opened.
    package enum Access {
        case reading
        /// A new, empty file, private to the user; what stood there is gone. Readable too.
        case creating
        /// A file that is there, read and written on.
        case extending
        /// A file that is made if it is not there.
        case locking
    }

    /// The full path, for errors.
    package let path: String
    private let descriptor: Int32

    package init(_ path: String, _ access: Access) throws(ArchiveFailure) {
        self.path = path
        let flags =
            switch access {
            case .reading: O_RDONLY
            case .creating: O_RDWR | O_CREAT | O_TRUNC
            case .extending: O_RDWR | O_APPEND
            case .locking: O_RDWR | O_CREAT
            }
        descriptor = try SystemCall.open(path, flags)
    }

    deinit {
        SystemCall.close(descriptor)
    }

    /// Writes all bytes behind those written before.
    package func write(_ bytes: Span<UInt8>) throws(ArchiveFailure) {
        try SystemCall.write(bytes, to: descriptor, path: path)
    }

    /// Up to `count` bytes from `offset` on; fewer only at the end of the file.
    package func read(at offset: Int, count: Int) throws(ArchiveFailure) -> [UInt8] {
        try SystemCall.read(descriptor, at: offset, count: count, path: path)
    }

    /// The bytes it has now.
    package func size() throws(ArchiveFailure) -> Int {
        try SystemCall.size(of: descriptor, path: path)
    }

    /// Returns when the content is on the disk.
    package func sync() throws(ArchiveFailure) {
        try SystemCall.sync(descriptor, path: path)
    }

    /// Cuts the file off.
    func truncate(to size: Int) throws(ArchiveFailure) {
        try SystemCall.truncate(descriptor, to: size, path: path)
    }

    /// Takes the file's kernel lock until the file is closed; false if another process has it.
    func lock() throws(ArchiveFailure) -> Bool {
        try SystemCall.lock(descriptor, path: path)
    }

    /// Whether the file's name still leads to it, and not to nothing or to another file.
    func isNamed() throws(ArchiveFailure) -> Bool {
        try SystemCall.status(path)?.identity == SystemCall.identity(of: descriptor, path: path)
    }
}
