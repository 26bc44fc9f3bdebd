package import BatchArchive
import BatchPipeline
package import MessageBatches
import Tables

/// The roll-ups that an archive keeps in `summaries/`, one per run and one per day, as JSON and CSV.
package struct SummaryDocuments: Sendable {
    private let folder: ArchiveFolder
    private static let formats = [TableFormat.json, .csv]
    private static let days = ArchivePaths.dayRollUps

    package init(_ folder: ArchiveFolder) {
        self.folder = folder
    }

    /// Returns the documents of a run by path, from the roll-up of the batches that it archived.
    package func documents(ofRun startedAt: Timestamp, _ rollUp: RollUp) -> [String: [UInt8]] {
        // A file name that sorts by time: `20261122T020000.123456Z`.
        let name = startedAt.text.filter { $0 != "-" && $0 != ":" }
        return documents(rollUp, at: "\(ArchivePaths.summaries)/runs/\(name)")
    }

    /// Returns the documents of a day by path, from the manifests of all batches of that day.
    package func documents(of day: CalendarDay) async throws -> [String: [UInt8]] {
        let next = day.adding(days: 1)
        let source = ArchiveStatistics(folder, selection: ArchiveSelection(since: day.start, until: next.start))
        let reading = try await source.rollUp(by: Grouping(by: [.day]))
        return documents(reading.result, at: "\(Self.days)/\(day.text)")
    }

    /// Returns the documents of several days by path.
    package func documents(of days: Set<CalendarDay>) async throws -> [String: [UInt8]] {
        var documents: [String: [UInt8]] = [:]
        for day in days.sorted() { documents.merge(try await self.documents(of: day)) { $1 } }
        return documents
    }

    /// Returns the expected content of a document; nil if the manifests do not determine it, as for the roll-up of a run.
    package func document(at path: String) async throws -> [UInt8]? {
        let name = path.dropFirst(Self.days.count + 1).prefix { $0 != "." }
        guard path.hasPrefix("\(Self.days)/"), let day = CalendarDay(name) else { return nil }
        return try await documents(of: day)[path]
    }

    private func documents(_ rollUp: RollUp, at path: String) -> [String: [UInt8]] {
        let table = rollUp.table()
        return Dictionary(
            uniqueKeysWithValues: Self.formats.map { ("\(path).\($0.rawValue)", Array($0.render(table).utf8)) }
        )
    }
}
