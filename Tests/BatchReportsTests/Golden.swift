import Foundation
import Tables
import Testing

/// Stored texts that results are compared with; `RECORD_GOLDEN=1` writes them again.
enum Golden {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    static var isRecording: Bool {
        ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1"
    }

    /// Fails with the first line that differs.
    static func compare(_ text: String, with name: String) throws {
        let file = folder.appending(path: name)
        if isRecording { try text.write(to: file, atomically: true, encoding: .utf8) }
        let stored = try String(contentsOf: file, encoding: .utf8)
        guard stored != text else { return }
        let (old, new) = (stored.split(separator: "\n"), text.split(separator: "\n"))
        let line = zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset ?? min(old.count, new.count)
        let was = line < old.count ? old[line] : "(end)"
        let now = line < new.count ? new[line] : "(end)"
        Issue.record("\(name), line \(line + 1): stored '\(was)', now '\(now)'; RECORD_GOLDEN=1 stores the new one")
    }
}
