package import BatchArchive
import BatchPipeline
package import MessageBatches
package import Prices
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

    /// Returns the documents of days by path, from the manifests of all batches of these days.
    ///
    /// Costs of the batches are compared with those of `currentPrices` for the notice.
    package func documents(
        of days: Set<CalendarDay>,
        currentPrices: PriceTable = .builtIn
    ) async throws -> ArchiveStatistics.Reading<[String: [UInt8]]> {
        let grouping = Grouping(by: [.day])
        var source = ArchiveStatistics(folder, selection: ArchiveSelection(days: days))
        source.currentPrices = currentPrices
        let reading = try await source.fold(RollUp.kinds(for: grouping), into: [CalendarDay: RollUp]()) {
            $0[$1.batch.day, default: RollUp(by: grouping)].add($1)
        } merge: {
            for (day, rollUp) in $1 { $0[day, default: RollUp(by: grouping)].merge(rollUp) }
        }
        var documents: [String: [UInt8]] = [:]
        for day in days {
            let rollUp = reading.result[day] ?? RollUp(by: grouping)
            documents.merge(self.documents(rollUp, at: "\(Self.days)/\(day.text)")) { $1 }
        }
        return ArchiveStatistics.Reading(documents, reading.notice)
    }

    /// Returns the expected content of a document; nil if the manifests do not determine it, as for the roll-up of a run.
    package func document(at path: String) async throws -> [UInt8]? {
        let name = path.dropFirst(Self.days.count + 1).prefix { $0 != "." }
        guard path.hasPrefix("\(Self.days)/"), let day = CalendarDay(name) else { return nil }
        return try await documents(of: [day]).result[path]
    }

    private func documents(_ rollUp: RollUp, at path: String) -> [String: [UInt8]] {
        let table = rollUp.table()
        return Dictionary(
            uniqueKeysWithValues: Self.formats.map { ("\(path).\($0.rawValue)", Array($0.render(table).utf8)) }
        )
    }
}
