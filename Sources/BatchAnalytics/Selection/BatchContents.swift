package import MessageBatches

/// What a batch can hold, as its manifest tells: enough to leave most files closed.
package struct BatchContents: Sendable {
    package var batchID: String
    package var day: CalendarDay
    /// Result lines by type.
    package var found: [String: Int]
    /// Succeeded lines by model and by stop reason, and how many are usable; nil where the manifest does not tell.
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
    /// Whether a line of the batch could pass; false is a proof, true is none.
    package func canPass(_ batch: BatchContents) -> Bool {
        let types = batch.found.filter { $0.value > 0 }.keys
        if let resultTypes, resultTypes.isDisjoint(with: types) { return false }
        if usable == true, let total = batch.stopReasons?.total, total.usable == 0 { return false }
        return conditions.allSatisfy { condition in
            guard let values = batch.values(of: condition.column) else { return true }
            return condition.canHold(amongst: values)
        }
    }
}

extension BatchContents {
    /// All values the batch has in a column, nil among them where a line has none; nil if they are not known.
    fileprivate func values(of column: SelectedColumn) -> [String?]? {
        switch column.name {
        case "batch_id": return [batchID]
        case "date": return [day.text]
        case "result_type": return found.filter { $0.value > 0 }.map(\.key)
        case "model": return models.flatMap { labels($0.models, isComplete: $0.models.other == ModelTally()) }
        case "stop_reason":
            return stopReasons.flatMap { labels($0.reasons, isComplete: $0.reasons.other == StopReasonTally()) }
        default:
            return column.isOfErrors && found["errored", default: 0] == 0 ? [nil] : nil
        }
    }

    /// The labels of a table as values; nil if a name was folded into "other" or cut.
    private func labels<Value>(_ table: BoundedTable<Label, Value>, isComplete: Bool) -> [String?]? {
        let labels = table.rows.map(\.key.text)
        guard isComplete, labels.allSatisfy({ $0.utf8.count < Label.maximumLength && !$0.contains("…") }) else {
            return nil
        }
        // The empty label stands for a missing name and for an empty one; lines of other types have none.
        let hasMissing = labels.contains("") || found.contains { $0.key != "succeeded" && $0.value > 0 }
        return labels.map { $0 } + (hasMissing ? [nil] : [])
    }
}
