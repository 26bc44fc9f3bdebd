package import SystemPackage

/// An open file that closes itself: the descriptor cannot leak and cannot be used after it was closed.
package struct OpenFile: ~Copyable, Sendable {
    /// How a file is opened.
    package enum Access {
        case reading
        /// A new, empty file, which replaces an existing one. Readable too.
        case creating
        /// An existing file, for reading and appending.
        case extending
        /// A file that is made if it does not exist.
        case locking
    }

    /// The full path, for errors.
    package let path: String
    private let descriptor: FileDescriptor

    /// Opens a file; `permissions` are those of a new one.
    package init(
        _ path: String,
        _ access: Access,
        permissions: FilePermissions = .ownerReadWrite
    ) throws(ArchiveFailure) {
        self.path = path
        let (mode, options): (FileDescriptor.AccessMode, FileDescriptor.OpenOptions) =
            switch access {
            case .reading: (.readOnly, [])
            case .creating: (.readWrite, [.create, .truncate])
            case .extending: (.readWrite, [.append])
            case .locking: (.readWrite, [.create])
            }
        let isCreated = options.contains(.create)
        descriptor = try SystemCall.checked(isCreated ? .create : .open, path) {
            try FileDescriptor.open(
                FilePath(path),
                mode,
                options: options.union(.closeOnExec),
                permissions: isCreated ? permissions : nil
            )
        }
    }

    deinit {
        try? descriptor.close()
    }

    /// Writes all bytes after those written before.
    package func write(_ bytes: Span<UInt8>) throws(ArchiveFailure) {
        var written = 0
        while written < bytes.count {
            let rest = bytes.extracting(written...)
            written += try SystemCall.checked(.write, path) {
                unsafe try rest.withUnsafeBytes { unsafe try descriptor.write($0) }
            }
        }
    }

    /// Up to `count` bytes from `offset` on; fewer only at the end of the file.
    package func read(at offset: Int, count: Int) throws(ArchiveFailure) -> [UInt8] {
        try SystemCall.checked(.read, path) {
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

    /// The bytes it has now.
    package func size() throws(ArchiveFailure) -> Int {
        try status().size
    }

    /// Returns when the content is on the disk.
    package func sync() throws(ArchiveFailure) {
        try SystemCall.sync(descriptor, path: path)
    }

    /// Cuts the file off.
    package func truncate(to size: Int) throws(ArchiveFailure) {
        try SystemCall.checked(.write, path) { try descriptor.resize(to: Int64(size)) }
    }

    /// Locks the file until it is closed; false if another process holds the lock.
    func lock() throws(ArchiveFailure) -> Bool {
        try SystemCall.lock(descriptor, path: path)
    }

    /// Whether the file's name still leads to it, and not to nothing or to another file.
    func isNamed() throws(ArchiveFailure) -> Bool {
        let own = try status()
        return try FileStatus.of(path)?.isSameFile(as: own) ?? false
    }

    private func status() throws(ArchiveFailure) -> FileStatus {
        FileStatus(try SystemCall.checked(.inspect, path) { try Stat(descriptor) })
    }
}

/// A file without a name: nothing is left of it, however the program ends.
package struct TemporaryFile: ~Copyable, Sendable {
    package let file: OpenFile
    package private(set) var size = 0

    /// Makes one in a folder, which must exist.
    package init(in folder: String) throws(ArchiveFailure) {
        let number = UInt64.random(in: 0...UInt64.max)
        let path = "\(folder)/batchkeep-\(String(number, radix: 36))"
        let file = try OpenFile(path, .creating)
        try SystemCall.remove(path)
        self.file = file
    }

    /// Writes after what was written before.
    package mutating func append(_ bytes: [UInt8]) throws(ArchiveFailure) {
        try file.write(bytes.span)
        size += bytes.count
    }
}

extension TemporaryFile {
    /// The file alone, for reading.
    package consuming func intoFile() -> OpenFile { file }
}
