package import MessageBatches

/// The values that a batch can contain, according to its manifest.
///
/// They allow a search to skip most files.
package struct BatchContents: Sendable {
    package var batchID: String
    package var day: CalendarDay
    /// The number of result lines by type.
    package var found: [String: Int]
    /// Succeeded lines by model and by stop reason, with the number of usable ones; nil if the manifest does not
    /// contain them.
    package var models: ModelSummary?
    package var stopReasons: StopReasonSummary?

    package init(
        batchID: String,
        day: CalendarDay,
        found: [String: Int],
        models: ModelSummary?,
        stopReasons: StopReasonSummary?
    ) {
        self.batchID = batchID
        self.day = day
        self.found = found
        self.models = models
        self.stopReasons = stopReasons
    }
}

extension LineFilter {
    /// Whether a line of the batch could pass.
    ///
    /// False is certain; true means that the lines must be read.
    package func canPass(_ batch: BatchContents) -> Bool {
        let types = batch.found.filter { $0.value > 0 }.keys
        if let resultTypes, resultTypes.isDisjoint(with: types) { return false }
        if let fingerprints, !fingerprints.canOccur(in: batch.found) { return false }
        if usable == true, let total = batch.stopReasons?.total, total.usable == 0 { return false }
        return conditions.allSatisfy { condition in
            guard let values = batch.values(of: condition.column) else { return true }
            return condition.canMatch(anyOf: values)
        }
    }
}

extension BatchContents {
    /// All values of a column in the batch, with nil for lines without a value.
    ///
    /// The result is nil if the values are not known.
    func values(of column: SelectedColumn) -> [String?]? {
        switch column.name {
        case "batch_id": return [batchID]
        case "date": return [day.text]
        case "result_type": return found.filter { $0.value > 0 }.map(\.key)
        case "model": return models.flatMap { labels($0.models, isComplete: $0.models.other == ModelTally()) }
        case "stop_reason":
            return stopReasons.flatMap { labels($0.reasons, isComplete: $0.reasons.other == StopReasonTally()) }
        default:
            return column.isErrorColumn && found["errored", default: 0] == 0 ? [nil] : nil
        }
    }

    /// The labels of a table as values; nil if a name was added to "other" or cut.
    private func labels<Value>(_ table: BoundedTable<Label, Value>, isComplete: Bool) -> [String?]? {
        let labels = table.rows.map(\.key.text)
        guard isComplete, labels.allSatisfy({ $0.utf8.count < Label.maximumLength && !$0.contains("…") }) else {
            return nil
        }
        // The empty label means a missing or an empty name; lines of other types have no name.
        let hasMissing = labels.contains("") || found.contains { $0.key != "succeeded" && $0.value > 0 }
        return labels.map { $0 } + (hasMissing ? [nil] : [])
    }
}
