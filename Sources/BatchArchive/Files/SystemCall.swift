package import SystemPackage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The system calls that swift-system does not provide, with all errors as ``ArchiveFailure``.
///
/// Foundation is not sufficient: it has no `fsync` for folders and no `flock`, and its errors hide `errno`.
enum SystemCall {
    static func sync(_ file: FileDescriptor, path: String) throws(ArchiveFailure) {
        try checked(.sync, path) { try repeated { fsync(file.rawValue) } }
    }

    /// Locks an open file; false if another process holds the lock.
    static func lock(_ file: FileDescriptor, path: String) throws(ArchiveFailure) -> Bool {
        do {
            try checked(.lock, path) { try repeated { flock(file.rawValue, LOCK_EX | LOCK_NB) } }
            return true
        } catch {
            guard error.code == .wouldBlock else { throw error }
            return false
        }
    }

    /// Reads from the current position to the end.
    ///
    /// Only a regular file has an expected size. `path` is for errors; `tooLarge` is the cause if there are more than
    /// `limit` bytes.
    static func contents(
        of file: FileDescriptor,
        expecting size: Int? = nil,
        limit: Int,
        path: String
    ) throws(ArchiveFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            // One more byte than expected, to detect a file that has grown, or one that is too large.
            let room = min(max(65_536, (size ?? 0) - bytes.count + 1), limit - bytes.count + 1)
            let piece = try checked(.read, path) {
                unsafe try [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
                    filled = unsafe try file.read(into: UnsafeMutableRawBufferPointer(buffer))
                }
            }
            if bytes.isEmpty { bytes = piece } else { bytes += piece }
            guard bytes.count <= limit else { throw ArchiveFailure(.tooLarge(limit: limit), .read, path: path) }
            if piece.isEmpty || (size != nil && piece.count < room) { return bytes }
        }
    }

    static func makeFolder(_ path: String) throws(ArchiveFailure) {
        try checked(.makeFolder, path) { try repeated { unsafe mkdir(path, 0o700) } }
    }

    static func rename(_ source: String, to target: String) throws(ArchiveFailure) {
        do {
            try checked(.rename, source) { try repeated { unsafe platformRename(source, target) } }
        } catch {
            throw error.code == .isDirectory ? ArchiveFailure(.notAFile(.folder), .rename, path: target) : error
        }
    }

    static func remove(_ path: String) throws(ArchiveFailure) {
        do {
            try checked(.remove, path) { try repeated { unsafe unlink(path) } }
        } catch {
            throw error.code == .isDirectory ? ArchiveFailure(.notAFile(.folder), .remove, path: path) : error
        }
    }

    /// Returns the path of a file without links.
    static func resolved(_ path: String) throws(ArchiveFailure) -> String {
        try checked(.inspect, path) {
            guard let resolved = unsafe realpath(path, nil) else { throw Errno(rawValue: errno) }
            defer { unsafe free(resolved) }
            return unsafe String(cString: resolved)
        }
    }

    /// Writes to a device or a pipe, which may wait for the other side.
    ///
    /// A pipe without a reader is an error.
    static func write(_ bytes: [UInt8], through path: String) throws(ArchiveFailure) {
        let file = try checked(.open, path) {
            try FileDescriptor.open(FilePath(path), .writeOnly, options: [.append, .closeOnExec, .nonBlocking])
        }
        defer { try? file.close() }
        try checked(.write, path) {
            try repeated { fcntl(file.rawValue, F_SETFL, O_APPEND) }
            try file.writeAll(bytes)
        }
    }

    /// Returns the names in a folder, unsorted, without `.` and `..`.
    static func names(in path: String) throws(ArchiveFailure) -> [String] {
        var names: [String] = []
        unsafe try forEachName(in: path) { name, _ in unsafe names.append(String(cString: name)) }
        return names
    }

    /// Returns the names in a folder, unsorted, with the status of each file.
    ///
    /// A file that is removed in the meantime is skipped.
    static func statuses(in path: String) throws(ArchiveFailure) -> [(name: String, status: FileStatus)] {
        var entries: [(name: String, status: FileStatus)] = []
        unsafe try forEachName(in: path) { name, folder in
            guard let status = unsafe try? Stat(name, relativeTo: folder, flags: .symlinkNoFollow) else { return }
            unsafe entries.append((String(cString: name), FileStatus(status)))
        }
        return entries
    }

    /// Calls `body` with each name in a folder except `.` and `..`, and with the folder's descriptor.
    private static func forEachName(
        in path: String,
        _ body: (UnsafePointer<CChar>, FileDescriptor) -> Void
    ) throws(ArchiveFailure) {
        guard let folder = unsafe opendir(path) else { throw ArchiveFailure(Errno(rawValue: errno), .list, path: path) }
        defer { unsafe closedir(folder) }
        let descriptor = unsafe FileDescriptor(rawValue: dirfd(folder))
        while let entry = unsafe readdir(folder) {
            unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                guard let name = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
                if unsafe strcmp(name, ".") != 0, unsafe strcmp(name, "..") != 0 { unsafe body(name, descriptor) }
            }
        }
    }

    /// Runs a call and converts its error to an ``ArchiveFailure`` with the operation and the path.
    @discardableResult
    static func checked<Value>(
        _ operation: ArchiveFailure.Operation,
        _ path: String,
        _ call: () throws -> Value
    ) throws(ArchiveFailure) -> Value {
        do {
            return try call()
        } catch {
            throw ArchiveFailure(error as? Errno ?? .ioError, operation, path: path)
        }
    }

    /// Runs a C function that returns -1 on failure; repeats it if a signal interrupts it.
    private static func repeated(_ call: () -> Int32) throws(Errno) {
        while call() < 0 {
            let code = Errno(rawValue: errno)
            if code != .interrupted { throw code }
        }
    }
}

/// What is at a path.
package enum FileKind: String, Sendable, Hashable {
    case file = "a file"
    case folder = "a folder"
    case link = "a symbolic link"
    case pipe = "a named pipe"
    case socket = "a socket"
    case device = "a device"

    fileprivate init(_ type: FileType) {
        self =
            switch type {
            case .regular: .file
            case .directory: .folder
            case .symbolicLink: .link
            case .fifo: .pipe
            case .socket: .socket
            default: .device
            }
    }
}

/// The status of a file.
///
/// Two equal values mean that the file was neither written nor replaced in between. Size and modification time alone
/// would not show that: two writes within one tick of the system's clock have the same time.
package struct FileStatus: Sendable, Hashable {
    package var size: Int
    package var kind: FileKind
    package var permissions: FilePermissions
    /// The last change of the content, in nanoseconds since the Unix epoch.
    package var modified: Int64
    /// The last change of content or status, in nanoseconds since the Unix epoch; programs cannot set it.
    package var changed: Int64
    /// Device and inode number.
    ///
    /// They identify a file as long as it is open or has a name.
    package var device: UInt64
    package var number: UInt64

    package var isFolder: Bool { kind == .folder }

    /// Returns the status of the file at a path; nil if there is none.
    package static func of(_ path: String, followsLink: Bool = true) throws(ArchiveFailure) -> FileStatus? {
        do {
            return FileStatus(
                try SystemCall.checked(.inspect, path) { try Stat(FilePath(path), followTargetSymlink: followsLink) }
            )
        } catch {
            guard error.code == .noSuchFileOrDirectory else { throw error }
            return nil
        }
    }

    /// Returns the status of an open file; `path` is for errors.
    init(of file: FileDescriptor, path: String) throws(ArchiveFailure) {
        self.init(try SystemCall.checked(.inspect, path) { try Stat(file) })
    }

    init(_ status: Stat) {
        // Any program can give a file a time that does not fit.
        func nanoseconds(_ time: timespec) -> Int64 {
            Int64(clamping: Int128(time.tv_sec) * 1_000_000_000 + Int128(time.tv_nsec))
        }
        size = Int(status.size)
        kind = FileKind(status.type)
        permissions = status.permissions
        (modified, changed) = (nanoseconds(status.st_mtim), nanoseconds(status.st_ctim))
        // The types differ between systems; a device may be negative.
        device = UInt64(truncatingIfNeeded: status.deviceID.rawValue)
        number = UInt64(truncatingIfNeeded: status.inode.rawValue)
    }

    /// Returns whether both values belong to the same file, even if its content has changed.
    func isSameFile(as other: FileStatus) -> Bool {
        device == other.device && number == other.number
    }
}

// A wrapper with another name, because the static method above hides the C function.
@unsafe
private func platformRename(_ source: UnsafePointer<CChar>, _ target: UnsafePointer<CChar>) -> Int32 {
    unsafe rename(source, target)
}
