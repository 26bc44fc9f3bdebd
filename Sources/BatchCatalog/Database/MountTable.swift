import FoundationEssentials

/// The mounted file systems, as Linux lists them in `/proc/self/mounts`.
///
/// SQLite's write-ahead log needs memory that all readers share, which network file systems do not provide
/// (https://www.sqlite.org/wal.html).
package struct MountTable: Sendable {
    private let mounts: [(point: String, type: String)]

    /// Types of network file systems, and of file systems that a process serves.
    private static let remote: Set<String> = [
        "9p", "afs", "beegfs", "ceph", "cifs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "orangefs",
        "smb3", "smbfs", "virtiofs", "fuse",
    ]

    package init(text: String) {
        mounts = text.split(separator: "\n")
            .compactMap { line in
                let fields = line.split(separator: " ")
                return fields.count > 2 ? (Self.unescaped(fields[1]), String(fields[2])) : nil
            }
    }

    /// The table of this machine; empty on systems without `/proc/self/mounts`, such as macOS.
    package static var current: MountTable {
        MountTable(text: (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? "")
    }

    /// Whether a path is on a network file system, or on one that a process serves, such as sshfs.
    ///
    /// The path must be absolute and free of symbolic links.
    package func isRemote(_ path: String) -> Bool {
        // If two file systems are mounted at one point, the later one hides the earlier one.
        let holding = mounts.filter { Self.contains($0.point, path) }
        let longest = holding.map(\.point.utf8.count).max()
        guard let type = holding.last(where: { $0.point.utf8.count == longest })?.type else { return false }
        return Self.remote.contains(type) || type.hasPrefix("fuse.")
    }

    private static func contains(_ point: String, _ path: String) -> Bool {
        path == point || path.hasPrefix(point.hasSuffix("/") ? point : point + "/")
    }

    /// Decodes `\040` and similar: spaces, tabs, line ends and backslashes are written as a backslash and three octal
    /// digits.
    private static func unescaped(_ field: Substring) -> String {
        var text = String(field)
        for (code, character) in [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")] {
            text = text.replacing(code, with: character)
        }
        return text
    }
}
