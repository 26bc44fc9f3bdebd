import BatchAnalytics
import BatchArchive
import JSONLines
import MessageBatches
import Tables

extension PendingWork {
    /// Finds the pending work of an archive that this version of the program writes.
    init(of folder: ArchiveFolder) async throws {
        try await self.init(in: folder, views: ArchiveView.all.map(\.name))
    }

    /// The files that are missing and how to get them, one message per kind; empty if nothing is missing.
    func messages(archivePath: String) -> [(text: String, hint: String)] {
        var messages: [(text: String, hint: String)] = []
        if !joins.isEmpty {
            let command = "batchkeep join --join SOURCE --archive \(archivePath.shellQuoted)"
            messages.append((Self.unjoined(joins), "run the same export again, or: \(command)"))
        }
        if !unproven.isEmpty {
            let batches = unproven.count.counted("archived batch has", "archived batches have")
            messages.append(
                (
                    "\(batches) no proof of completeness: \(unproven.listed())",
                    "to prove one, remove its files, then export it with --batch, or import it without --unproven"
                )
            )
        }
        let files = [
            unlisted.isEmpty ? nil : "lines in SHA256SUMS for manifests (\(unlisted.count.displayText))",
            days.isEmpty ? nil : "summaries of \(days.map(\.text).listed())",
            views.isEmpty ? nil : "views \(views.listed())",
        ]
        .compactMap(\.self)
        if !files.isEmpty {
            messages.append(("missing: \(files.joined(separator: ", "))", "the next export writes them"))
        }
        return messages
    }

    /// Names batches that are archived and not joined, as a clause.
    static func unjoined(_ ids: [String]) -> String {
        let batches = ids.count.counted("archived batch is", "archived batches are")
        return "\(batches) not joined yet: \(ids.listed())"
    }

    /// The pending work in the document of `verify`.
    var node: JSONNode {
        func list(_ items: [String]) -> JSONNode { .array(items.map { .text($0) }) }
        return .object([
            ("joins", list(joins)), ("checksums", list(unlisted)), ("summaries", list(days.map(\.text))),
            ("views", list(views)), ("unproven", list(unproven)),
        ])
    }
}
