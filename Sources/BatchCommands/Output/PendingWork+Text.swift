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

    /// The files that are missing and how to get them, one sentence per kind; empty if nothing is missing.
    func sentences(archivePath: String) -> [String] {
        var sentences: [String] = []
        if !joins.isEmpty {
            sentences.append(
                "\(Self.unjoined(joins)). Run the same export again, or: "
                    + "batchkeep join --join SOURCE --archive \(archivePath)"
            )
        }
        if !unproven.isEmpty {
            let batches = unproven.count.counted("archived batch has", "archived batches have")
            sentences.append("\(batches) no proof of completeness: \(unproven.listed()).")
        }
        let files = [
            unlisted.isEmpty ? nil : "lines in SHA256SUMS for manifests (\(unlisted.count.displayText))",
            days.isEmpty ? nil : "summaries of \(days.map(\.text).listed())",
            views.isEmpty ? nil : "views \(views.listed())",
        ]
        .compactMap(\.self)
        if !files.isEmpty {
            sentences.append("Missing: \(files.joined(separator: "; ")). The next export writes them.")
        }
        return sentences
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
