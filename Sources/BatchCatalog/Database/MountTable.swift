import FoundationEssentials

/// The mounted file systems, as Linux lists them in `/proc/self/mounts`.
///
/// A write-ahead log needs memory that all readers share, which a file system of another machine does not give
/// (https://www.sqlite.org/wal.html).
package struct MountTable: Sendable {
    private let mounts: [(point: String, type: String)]

    /// Types of file systems whose files other machines may change, or that a process serves.
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

    /// The table of this machine; empty where there is none, as on macOS.
    package static var current: MountTable {
        MountTable(text: (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? "")
    }

    /// Whether an absolute path without symbolic links lies on a network file system, or on one served by a process, as
    /// sshfs is.
    package func isRemote(_ path: String) -> Bool {
        // Of two mounts at one point the later hides the earlier.
        let holding = mounts.filter { Self.holds($0.point, path) }
        let longest = holding.map(\.point.utf8.count).max()
        guard let type = holding.last(where: { $0.point.utf8.count == longest })?.type else { return false }
        return Self.remote.contains(type) || type.hasPrefix("fuse.")
    }

    private static func holds(_ point: String, _ path: String) -> Bool {
        path == point || path.hasPrefix(point.hasSuffix("/") ? point : point + "/")
    }

    /// Blanks, tabs, line ends and backslashes stand as three octal digits behind a backslash.
    private static func unescaped(_ field: Substring) -> String {
        var text = String(field)
        for (code, character) in [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")] {
            text = text.replacing(code, with: character)
        }
        return text
    }
}
