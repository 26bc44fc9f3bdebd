package import SystemPackage

/// What is on the disk when ``replaceFile(at:with:draft:permissions:syncing:)`` returns.
package enum SyncedParts {
    /// Content and name.
    case all
    /// The content. The caller syncs the folder, once for several files.
    case content
    /// Nothing yet: for files that are checked before they are used.
    case nothing
}

/// Replaces a file in one step: a reader finds the old content or the new one, never a part.
///
/// The new content is written to `draft` and synced, the draft gets the file's name, and the folder is synced. A draft that
/// could not be finished is removed. It must be on the same file system.
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

/// Replaces a file outside of an archive in one step, readable for everybody whom the user's file mask allows.
///
/// Its folder is not synced, because some network file systems refuse that.
package func replaceFile(at path: String, with text: String) throws(ArchiveFailure) {
    try replaceFile(
        at: path,
        with: Array(text.utf8).span,
        draft: "\(path).\(String(UInt32.random(in: 0...UInt32.max), radix: 36)).new",
        permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite],
        syncing: .content
    )
}

/// The folder that a path lies in: `.` for a name alone, `/` for the root.
package func parentFolder(of path: String) -> String {
    let parent = FilePath(path).removingLastComponent()
    return parent.isEmpty ? "." : parent.string
}
