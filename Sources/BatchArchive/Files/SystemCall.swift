#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The calls of the system that the archive is built on, each with its errors as ``ArchiveFailure``.
///
/// Foundation offers no `fsync` of a folder, no `flock`, no `rename` over an existing file and no `errno` that survives
/// its own wrapping; this is the one file of the target that passes pointers.
package enum SystemCall {
    /// What a path names.
    package struct Status: Sendable, Hashable {
        package var size: Int
        /// Last change of the content, in nanoseconds since the Unix epoch.
        package var modified: Int64
        package var isFolder: Bool
        /// What tells it from every other file, as long as it is open or has a name.
        package var identity: Identity
    }

    /// Device and number of a file.
    package struct Identity: Sendable, Hashable {
        package var device: UInt64
        package var number: UInt64
    }

    static let notFound = ENOENT
    package static let exists = EEXIST

    /// Opens a file; `mode` counts only where it is created.
    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws(ArchiveFailure) -> Int32 {
        let operation: ArchiveFailure.Operation = flags & O_CREAT != 0 ? .create : .open
        return try checked(operation, path) { unsafe platformOpen(path, flags | O_CLOEXEC, mode) }
    }

    static func close(_ descriptor: Int32) {
        _ = platformClose(descriptor)
    }

    /// Writes all bytes at the file's position.
    static func write(_ bytes: Span<UInt8>, to descriptor: Int32, path: String) throws(ArchiveFailure) {
        var written = 0
        while written < bytes.count {
            let rest = bytes.extracting(written...)
            let count = try checkedCount(.write, path) {
                unsafe rest.withUnsafeBytes { unsafe platformWrite(descriptor, $0.baseAddress, $0.count) }
            }
            written += count
        }
    }

    /// Up to `count` bytes from `offset` on; fewer only at the end of the file.
    static func read(_ descriptor: Int32, at offset: Int, count: Int, path: String) throws(ArchiveFailure) -> [UInt8] {
        var failure: ArchiveFailure?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(ArchiveFailure) {
                while filled < count {
                    let done = filled
                    let target = unsafe UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(buffer)[done...]
                    )
                    let got = try checkedCount(.read, path) {
                        unsafe pread(descriptor, target.baseAddress, count - done, off_t(offset + done))
                    }
                    if got == 0 { return }
                    filled += got
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    static func sync(_ descriptor: Int32, path: String) throws(ArchiveFailure) {
        try checked(.sync, path) { fsync(descriptor) }
    }

    /// Takes the lock of an open file, or gives false if somebody else has it.
    static func lock(_ descriptor: Int32, path: String) throws(ArchiveFailure) -> Bool {
        do {
            try checked(.lock, path) { flock(descriptor, LOCK_EX | LOCK_NB) }
            return true
        } catch {
            guard error.code == EWOULDBLOCK else { throw error }
            return false
        }
    }

    static func truncate(_ descriptor: Int32, to size: Int, path: String) throws(ArchiveFailure) {
        try checked(.write, path) { ftruncate(descriptor, off_t(size)) }
    }

    static func makeFolder(_ path: String) throws(ArchiveFailure) {
        try checked(.makeFolder, path) { unsafe mkdir(path, 0o700) }
    }

    static func rename(_ source: String, to target: String) throws(ArchiveFailure) {
        try checked(.rename, source) { unsafe platformRename(source, target) }
    }

    package static func remove(_ path: String) throws(ArchiveFailure) {
        try checked(.remove, path) { unsafe unlink(path) }
    }

    /// Nil if nothing is there.
    package static func status(_ path: String) throws(ArchiveFailure) -> Status? {
        var information = stat()
        do {
            try checked(.inspect, path) { unsafe stat(path, &information) }
        } catch {
            guard error.code == ENOENT else { throw error }
            return nil
        }
        return Status(
            size: Int(information.st_size),
            modified: times(information).modified,
            isFolder: information.st_mode & S_IFMT == S_IFDIR,
            identity: identity(information)
        )
    }

    /// When the content, and when anything about the file changed last, in nanoseconds since the Unix epoch.
    private static func times(_ information: stat) -> (modified: Int64, changed: Int64) {
        #if canImport(Darwin)
        let (modified, changed) = (information.st_mtimespec, information.st_ctimespec)
        #else
        let (modified, changed) = (information.st_mtim, information.st_ctim)
        #endif
        func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) }
        return (nanoseconds(modified), nanoseconds(changed))
    }

    /// Which file is open, whatever its name leads to by now.
    static func identity(of descriptor: Int32, path: String) throws(ArchiveFailure) -> Identity {
        identity(try information(on: descriptor, path: path))
    }

    /// The bytes of an open file.
    static func size(of descriptor: Int32, path: String) throws(ArchiveFailure) -> Int {
        Int(try information(on: descriptor, path: path).st_size)
    }

    private static func information(on descriptor: Int32, path: String) throws(ArchiveFailure) -> stat {
        var information = stat()
        try checked(.inspect, path) { unsafe fstat(descriptor, &information) }
        return information
    }

    private static func identity(_ information: stat) -> Identity {
        // The types differ between systems; a device may be negative.
        Identity(
            device: UInt64(truncatingIfNeeded: information.st_dev),
            number: UInt64(truncatingIfNeeded: information.st_ino)
        )
    }

    /// The names in a folder, in no order, without `.` and `..`.
    static func names(in path: String) throws(ArchiveFailure) -> [String] {
        var names: [String] = []
        try forEachName(in: path) { name, _ in names.append(name) }
        return names
    }

    /// What tells a file from one that was written to, or put in its place.
    ///
    /// The times alone would not do: two writes within one tick of the system's clock have the same.
    struct FileState: Sendable, Hashable {
        var number: UInt64
        var size: Int64
        /// Last change of the content, in nanoseconds since the Unix epoch.
        var modified: Int64
        /// Last change of anything; no program can set it back.
        var changed: Int64
    }

    /// The names in a folder, in no order, with the state of what they lead to.
    static func states(in path: String) throws(ArchiveFailure) -> [(name: String, state: FileState)] {
        var entries: [(name: String, state: FileState)] = []
        try forEachName(in: path) { name, folder in
            var information = stat()
            // A file that is gone by now is not there.
            guard unsafe fstatat(folder, name, &information, 0) == 0 else { return }
            let (modified, changed) = times(information)
            let state = FileState(
                number: identity(information).number,
                size: Int64(information.st_size),
                modified: modified,
                changed: changed
            )
            entries.append((name, state))
        }
        return entries
    }

    /// Hands on the names in a folder without `.` and `..`, each with the descriptor of the folder.
    private static func forEachName(in path: String, _ body: (String, Int32) -> Void) throws(ArchiveFailure) {
        guard let folder = unsafe opendir(path) else { throw failure(.list, path, errno) }
        defer { unsafe closedir(folder) }
        let descriptor = unsafe dirfd(folder)
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { body(name, descriptor) }
        }
    }

    /// Runs a call that returns -1 on failure, again if a signal interrupted it.
    @discardableResult
    private static func checked(
        _ operation: ArchiveFailure.Operation,
        _ path: String,
        _ call: () -> Int32
    ) throws(ArchiveFailure) -> Int32 {
        Int32(try checkedCount(operation, path) { Int(call()) })
    }

    private static func checkedCount(
        _ operation: ArchiveFailure.Operation,
        _ path: String,
        _ call: () -> Int
    ) throws(ArchiveFailure) -> Int {
        while true {
            let result = call()
            if result >= 0 { return result }
            let code = errno
            if code != EINTR { throw failure(operation, path, code) }
        }
    }

    private static func failure(
        _ operation: ArchiveFailure.Operation,
        _ path: String,
        _ code: Int32
    ) -> ArchiveFailure {
        if code == ENOTDIR { return ArchiveFailure(.notAFolder, operation, path: path) }
        let text = unsafe String(cString: strerror(code))
        return ArchiveFailure(.system(code: code, text: text), operation, path: path)
    }
}

extension ArchiveFailure {
    /// The `errno`, where the system refused.
    package var code: Int32? {
        if case .system(let code, _) = cause { code } else { nil }
    }

    /// Whether the disk, or the user's share of it, is full.
    package var isDiskFull: Bool {
        code == ENOSPC || code == EDQUOT
    }

    /// Whether something of that name exists already.
    package var isInTheWay: Bool { code == SystemCall.exists }
}

// The C functions under names that the static methods above do not hide.

@unsafe
private func platformOpen(_ path: UnsafePointer<CChar>, _ flags: Int32, _ mode: mode_t) -> Int32 {
    unsafe open(path, flags, mode)
}

private func platformClose(_ descriptor: Int32) -> Int32 {
    close(descriptor)
}

@unsafe
private func platformWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    unsafe write(descriptor, bytes, count)
}

@unsafe
private func platformRename(_ source: UnsafePointer<CChar>, _ target: UnsafePointer<CChar>) -> Int32 {
    unsafe rename(source, target)
}
