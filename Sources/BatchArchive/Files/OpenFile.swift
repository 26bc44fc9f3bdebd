package import SystemPackage

/// An open file or folder that is closed automatically: it cannot leak and cannot be used after it is closed.
///
/// It is never a pipe or a device, which could block the program or never end.
package struct OpenFile: ~Copyable, Sendable {
    /// The way a file is opened.
    package enum Access: Sendable {
        case reading
        /// A folder, to be synced.
        case folder
        /// A new, empty file, which replaces an existing one.
        ///
        /// It is also readable.
        case creating
        /// An existing file, for reading and appending.
        case extending
        /// An existing or new file, to be locked.
        case locking
    }

    /// The number of bytes up to which a read is not compared with the size of the file.
    private static let uncheckedCount = 1_048_576

    /// The full path, for errors.
    package let path: String
    private let descriptor: FileDescriptor

    /// Opens a file; `permissions` apply to a new one.
    ///
    /// - Throws: ``ArchiveFailure`` with the cause `notAFile` if something else is at the path, such as a pipe, a
    ///   device, or, unless `followsLink`, a symbolic link.
    package init(
        _ path: String,
        _ access: Access,
        permissions: FilePermissions = .ownerReadWrite,
        followsLink: Bool = true
    ) throws(ArchiveFailure) {
        descriptor = try Self.open(path, access, permissions, followsLink)
        self.path = path
    }

    private static func open(
        _ path: String,
        _ access: Access,
        _ permissions: FilePermissions,
        _ followsLink: Bool
    ) throws(ArchiveFailure) -> FileDescriptor {
        var (mode, options): (FileDescriptor.AccessMode, FileDescriptor.OpenOptions) =
            switch access {
            case .reading: (.readOnly, [])
            case .folder: (.readOnly, [.directory])
            case .creating: (.readWrite, [.create, .truncate])
            case .extending: (.readWrite, [.append])
            case .locking: (.readWrite, [.create])
            }
        let isCreated = options.contains(.create)
        let operation: ArchiveFailure.Operation = isCreated ? .create : .open
        // Without waiting for the other end of a pipe.
        options.formUnion([.closeOnExec, .nonBlocking])
        if !followsLink { options.insert(.noFollow) }
        let file: FileDescriptor
        do throws(ArchiveFailure) {
            file = try SystemCall.checked(operation, path) {
                try FileDescriptor.open(
                    FilePath(path),
                    mode,
                    options: options,
                    permissions: isCreated ? permissions : nil
                )
            }
        } catch {
            // The code of the system differs for links, folders and sockets.
            let kind = try? FileStatus.of(path, followsLink: followsLink)?.kind
            guard let kind, kind != .file, access != .folder else { throw error }
            throw ArchiveFailure(.notAFile(kind), operation, path: path)
        }
        do throws(ArchiveFailure) {
            let kind = try FileStatus(of: file, path: path).kind
            guard kind == .file || access == .folder else {
                throw ArchiveFailure(.notAFile(kind), operation, path: path)
            }
            return file
        } catch {
            try? file.close()
            throw error
        }
    }

    deinit {
        try? descriptor.close()
    }

    /// Writes all bytes at the current position.
    package func write(_ bytes: Span<UInt8>) throws(ArchiveFailure) {
        var written = 0
        while written < bytes.count {
            let rest = bytes.extracting(written...)
            written += try SystemCall.checked(.write, path) {
                unsafe try rest.withUnsafeBytes { unsafe try descriptor.write($0) }
            }
        }
    }

    /// Reads up to `count` bytes at `offset`; fewer only at the end of the file.
    package func read(at offset: Int, count: Int) throws(ArchiveFailure) -> [UInt8] {
        // A damaged document may state any size, so the size of the file limits the allocation.
        let count = count > Self.uncheckedCount ? min(count, max(0, try size() - offset)) : count
        return try SystemCall.checked(.read, path) {
            unsafe try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                while filled < count {
                    let target = unsafe UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...]
                    )
                    let got = unsafe try descriptor.read(fromAbsoluteOffset: Int64(offset + filled), into: target)
                    if got == 0 { return }
                    filled += got
                }
            }
        }
    }

    /// Reads the whole file; only for a file that has just been opened.
    ///
    /// - Throws: ``ArchiveFailure`` with the cause `tooLarge` if it has more than `limit` bytes.
    func contents(limit: Int) throws(ArchiveFailure) -> [UInt8] {
        try SystemCall.contents(of: descriptor, expecting: size(), limit: limit, path: path)
    }

    /// Returns the current size in bytes.
    package func size() throws(ArchiveFailure) -> Int {
        try status().size
    }

    /// Syncs the content to the disk.
    package func sync() throws(ArchiveFailure) {
        try SystemCall.sync(descriptor, path: path)
    }

    /// Truncates the file.
    package func truncate(to size: Int) throws(ArchiveFailure) {
        try SystemCall.checked(.write, path) { try descriptor.resize(to: Int64(size)) }
    }

    /// Locks the file until it is closed; false if another process holds the lock.
    package func lock() throws(ArchiveFailure) -> Bool {
        try SystemCall.lock(descriptor, path: path)
    }

    /// Returns whether the file's path still names this file; false if the file was removed or replaced.
    func isNamed() throws(ArchiveFailure) -> Bool {
        let own = try status()
        return try FileStatus.of(path)?.isSameFile(as: own) ?? false
    }

    private func status() throws(ArchiveFailure) -> FileStatus {
        try FileStatus(of: descriptor, path: path)
    }
}

/// Reads a small file of the user, such as a key or a price table, which may also be a pipe.
///
/// - Throws: ``ArchiveFailure``, with the cause `tooLarge` if there are more than `limit` bytes.
package func readInput(at path: String, limit: Int) throws(ArchiveFailure) -> [UInt8] {
    let file = try SystemCall.checked(.open, path) {
        try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
    }
    defer { try? file.close() }
    return try SystemCall.contents(of: file, limit: limit, path: path)
}

/// Reads standard input to its end.
///
/// - Throws: ``ArchiveFailure``, with the cause `tooLarge` if there are more than `limit` bytes.
package func readStandardInput(limit: Int) throws(ArchiveFailure) -> [UInt8] {
    try SystemCall.contents(of: .standardInput, limit: limit, path: "standard input")
}

/// A temporary file without a name: the system removes it when it is closed, even after a crash.
package struct TemporaryFile: ~Copyable, Sendable {
    package let file: OpenFile
    package private(set) var size = 0

    /// Creates a file in an existing folder.
    package init(in folder: String) throws(ArchiveFailure) {
        let number = UInt64.random(in: 0...UInt64.max)
        let path = "\(folder)/batchkeep-\(String(number, radix: 36))"
        let file = try Self.file(at: path, in: folder)
        try SystemCall.remove(path)
        self.file = file
    }

    private static func file(at path: String, in folder: String) throws(ArchiveFailure) -> OpenFile {
        do throws(ArchiveFailure) {
            return try OpenFile(path, .creating, followsLink: false)
        } catch {
            throw ArchiveFailure(.noTemporaryFile(error.code ?? .notDirectory), .create, path: folder)
        }
    }

    /// Appends bytes to the file.
    package mutating func append(_ bytes: [UInt8]) throws(ArchiveFailure) {
        try file.write(bytes.span)
        size += bytes.count
    }
}

extension TemporaryFile {
    /// Returns the open file, for reading.
    package consuming func intoFile() -> OpenFile { file }
}
