package import BatchArchive
import BatchPipeline
package import MessageBatches
import Prices

/// The batches of archives and the values that occur in them, to explain why a command found nothing.
///
/// It is read from the manifests alone. Manifests that cannot be read are skipped, because the command itself reports
/// them.
package struct ArchiveContents: Sendable {
    /// All batches.
    package private(set) var all = Part()
    /// The batches of the selection.
    package private(set) var selected = Part()
    /// The IDs of the selection that the archives contain, in any window.
    package private(set) var knownIDs: Set<String> = []
    /// The IDs that the archives contain, by the ID of the selection that is their beginning with `…`, as in a table.
    package private(set) var fullIDs: [String: Set<String>] = [:]
    /// The number of manifests that cannot be read.
    package private(set) var unreadable = 0

    /// Some of the batches.
    package struct Part: Sendable {
        package private(set) var batches = 0
        /// The creation times of the oldest and the newest batch; nil without batches.
        package private(set) var created: ClosedRange<Timestamp>?
        private var outcomes = OutcomeSummary()
        private var models = ModelSummary()
        private var reasons = StopReasonSummary()
    }

    private init() {}

    /// Reads all manifests of the archives.
    ///
    /// - Throws: ``ArchiveFailure`` if the manifests cannot be listed.
    package init(of archives: [ArchiveFolders.Entry], selection: ArchiveSelection) async throws {
        let kinds: [any Summary.Type] = [OutcomeSummary.self, ModelSummary.self, StopReasonSummary.self]
        for archive in archives {
            let empty = ArchiveContents()
            let reading = try await ArchiveReader(archive.folder)
                .fold(kinds, of: ArchiveSelection(), into: empty) { contents, batch in
                    contents.add(batch, selection)
                } merge: {
                    $0.merge($1)
                }
            merge(reading.result)
            unreadable += reading.unreadable.count
        }
    }

    private mutating func add(_ batch: SummarizedBatch, _ selection: ArchiveSelection) {
        all.add(batch)
        if selection.contains(batch.batch) { selected.add(batch) }
        if selection.ids?.contains(batch.batch.id) == true { knownIDs.insert(batch.batch.id) }
        for id in selection.ids ?? [] where id.hasSuffix("…") && batch.batch.id.hasPrefix(id.dropLast()) {
            fullIDs[id, default: []].insert(batch.batch.id)
        }
    }

    private mutating func merge(_ other: ArchiveContents) {
        all.merge(other.all)
        selected.merge(other.selected)
        knownIDs.formUnion(other.knownIDs)
        fullIDs.merge(other.fullIDs) { $0.union($1) }
    }
}

extension ArchiveContents.Part {
    /// The number of requests with a result.
    package var requests: Int { outcomes.requests }

    /// The result types that occur, documented ones first.
    package var resultTypes: [String] {
        ResultType.known.filter { outcomes[$0] > 0 }.map(\.name)
            + outcomes.unknown.ranked(by: \.count).map(\.key.text)
    }

    /// The models of succeeded requests, the most frequent first; of very many, not all.
    package var modelNames: [String] {
        models.models.ranked(by: \.succeeded).map(\.key.text).filter { !$0.isEmpty }
    }

    /// Whether a succeeded request has this model, under any spelling of its name.
    ///
    /// False is certain.
    package func mayHave(model: String) -> Bool {
        let wanted = ModelName.normalized(model)
        return models.models.other != ModelTally() || modelNames.contains { ModelName.normalized($0) == wanted }
    }

    /// The values of the column of a condition if no result can meet the condition, otherwise nil.
    ///
    /// Only columns whose values the manifests contain are evaluated: result type, model and stop reason.
    package func valuesNotMeeting(_ condition: Condition) -> [String]? {
        guard ["result_type", "model", "stop_reason"].contains(condition.column.name) else { return nil }
        let contents = BatchContents(
            batchID: "",
            day: CalendarDay(daysSinceEpoch: 0),
            found: Dictionary(uniqueKeysWithValues: resultTypes.map { ($0, 1) }),
            models: models,
            stopReasons: reasons
        )
        guard let values = contents.values(of: condition.column), !condition.canMatch(anyOf: values) else { return nil }
        return values.compactMap(\.self).filter { !$0.isEmpty }.sorted()
    }

    fileprivate mutating func add(_ batch: SummarizedBatch) {
        batches += 1
        include(batch.batch.createdAt...batch.batch.createdAt)
        if let found = batch.summaries.summary(OutcomeSummary.self) { outcomes.merge(found) }
        if let found = batch.summaries.summary(ModelSummary.self) { models.merge(found) }
        if let found = batch.summaries.summary(StopReasonSummary.self) { reasons.merge(found) }
    }

    fileprivate mutating func merge(_ other: ArchiveContents.Part) {
        batches += other.batches
        if let created = other.created { include(created) }
        outcomes.merge(other.outcomes)
        models.merge(other.models)
        reasons.merge(other.reasons)
    }

    private mutating func include(_ times: ClosedRange<Timestamp>) {
        let known = created ?? times
        created = min(known.lowerBound, times.lowerBound)...max(known.upperBound, times.upperBound)
    }
}
