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
        let file = try OpenFile(draft, .creating, permissions: permissions)
        try file.write(content)
        if syncing != .nothing { try file.sync() }
        try SystemCall.rename(draft, to: path)
    } catch {
        try? SystemCall.remove(draft)
        throw error
    }
    if syncing == .all { try OpenFile(parentFolder(of: path), .reading).sync() }
}

/// Replaces a file outside of an archive atomically, with the permissions that the user's umask allows.
///
/// Its folder is not synced, because some network file systems do not support that.
package func replaceFile(at path: String, with text: String) throws(ArchiveFailure) {
    try replaceFile(
        at: path,
        with: Array(text.utf8).span,
        draft: "\(path).\(String(UInt32.random(in: 0...UInt32.max), radix: 36)).new",
        permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite],
        syncing: .content
    )
}

/// Returns the parent folder of a path: `.` for a name alone, `/` for the root.
package func parentFolder(of path: String) -> String {
    let parent = FilePath(path).removingLastComponent()
    return parent.isEmpty ? "." : parent.string
}
