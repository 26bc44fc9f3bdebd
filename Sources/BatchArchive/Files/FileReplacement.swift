package import SystemPackage

/// The parts that are on the disk when ``replaceFile(at:with:draft:permissions:syncing:)`` returns.
package enum SyncedParts {
    /// Content and name.
    case all
    /// The content.
    ///
    /// The caller syncs the folder, once for several files.
    case content
    /// Nothing: for files that are checked before they are used.
    case nothing
}

/// Replaces a file atomically: a reader finds the old or the new content, never a part.
///
/// It writes and syncs the new content to `draft`, renames the draft, and syncs the folder. It removes the draft if an
/// error occurs. The draft must be on the same file system.
package func replaceFile(
    at path: String,
    with content: Span<UInt8>,
    draft: String,
    permissions: FilePermissions = .ownerReadWrite,
    syncing: SyncedParts = .all
) throws(ArchiveFailure) {
    do throws(ArchiveFailure) {
        let file = try OpenFile(draft, .creating, permissions: permissions, followsLink: false)
        try file.write(content)
        if syncing != .nothing { try file.sync() }
        try SystemCall.rename(draft, to: path)
    } catch {
        try? SystemCall.remove(draft)
        throw error
    }
    if syncing == .all { try OpenFile(parentFolder(of: path), .folder).sync() }
}

/// Writes a file outside of an archive, with the permissions that the user's umask allows.
///
/// A file is replaced atomically and keeps its permissions. A link stays, and its target is replaced. A device or a
/// pipe is written to. The folder is not synced, because some network file systems do not support that.
///
/// - Throws: ``ArchiveFailure``, with the cause `notAFile` for a folder and for a link to nothing.
package func writeFile(at path: String, with text: String) throws(ArchiveFailure) {
    var status = try FileStatus.of(path)
    // Nothing is there, or a link to nothing.
    if status == nil { status = try FileStatus.of(path, followsLink: false) }
    let kind = status?.kind ?? .file
    guard kind != .folder, kind != .link else { throw ArchiveFailure(.notAFile(kind), .create, path: path) }
    let bytes = Array(text.utf8)
    guard kind == .file, !isStream(path) else { return try SystemCall.write(bytes, through: path) }
    let target = status == nil ? path : try SystemCall.resolved(path)
    try replaceFile(
        at: target,
        with: bytes.span,
        draft: "\(target).\(String(UInt32.random(in: 0...UInt32.max), radix: 36)).new",
        permissions: status?.permissions ?? [.ownerReadWrite, .groupReadWrite, .otherReadWrite],
        syncing: .content
    )
}

/// Returns whether a path names a file that the process has already opened, perhaps to append to it.
private func isStream(_ path: String) -> Bool {
    ["/dev/stdout", "/dev/stderr"].contains(path)
        || ["/dev/fd/", "/proc/self/fd/"].contains { path.hasPrefix($0) }
}

/// Returns the parent folder of a path: `.` for a name alone, `/` for the root.
package func parentFolder(of path: String) -> String {
    let parent = FilePath(path).removingLastComponent()
    return parent.isEmpty ? "." : parent.string
}
