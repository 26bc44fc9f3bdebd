package import BatchPipeline
package import JSONLines
package import MessageBatches

/// What a result file holds beyond the documented: counted, so that it is seen, and carried through everywhere else.
///
/// Lines whose custom_id occurs twice are not among it: that takes all ids of a batch at once and is the completeness
/// gate's work.
package struct AnomalySummary: Summary {
    package static let name = "anomalies"

    /// Stop reasons of the API reference, Message.
    package static let knownStopReasons: Set<String> = [
        "end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal",
        "model_context_window_exceeded", "compaction",
    ]

    /// Lines that are no result.
    package private(set) var rejectedLines = 0
    /// Lines with nothing but white space.
    package private(set) var emptyLines = 0
    /// Requests of a result type nobody documented.
    package private(set) var unknownTypes = 0
    /// Succeeded requests with a stop reason nobody documented.
    package private(set) var unknownStopReasons = 0
    /// Succeeded requests without a stop reason.
    package private(set) var missingStopReasons = 0
    /// Succeeded requests without the name of a model.
    package private(set) var missingModels = 0
    /// Succeeded requests whose token counts could not be read.
    package private(set) var unreadableUsages = 0

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        rejectedLines += block.rejected.count
        emptyLines += block.emptyLines
        var reasons = SliceTallies<Tally>()
        for record in block.records {
            if case .other = record.type { unknownTypes += 1 }
            guard record.type == .succeeded else { continue }
            missingModels += record.model == nil ? 1 : 0
            unreadableUsages += record.usageIsReadable ? 0 : 1
            reasons.update(record.stopReason, in: block.block.bytes) { $0.count += 1 }
        }
        for (slice, tally) in reasons.entries {
            guard let slice else {
                missingStopReasons += tally.count
                continue
            }
            unknownStopReasons += Self.knownStopReasons.contains(block.text(slice)) ? 0 : tally.count
        }
    }

    package mutating func merge(_ other: AnomalySummary) {
        for (_, path) in Self.counts { self[keyPath: path] = self[keyPath: path].addingClamped(other[keyPath: path]) }
    }

    /// Whether nothing unusual was found.
    package var isEmpty: Bool {
        self == AnomalySummary()
    }
}

extension AnomalySummary {
    /// The counts by the names they are stored under.
    private static var counts: [(name: String, path: WritableKeyPath<AnomalySummary, Int>)] {
        [
            ("rejected_lines", \.rejectedLines), ("empty_lines", \.emptyLines), ("unknown_types", \.unknownTypes),
            ("unknown_stop_reasons", \.unknownStopReasons), ("missing_stop_reasons", \.missingStopReasons),
            ("missing_models", \.missingModels), ("unreadable_usages", \.unreadableUsages),
        ]
    }

    private static let keys = JSONKeyTable(counts.map { $0.name })

    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        try json.requiredMembers(Self.keys) { key, json throws(JSONSyntaxError) in
            self[keyPath: Self.counts[key].path] = try json.requiredNumber()
        }
    }

    package var node: JSONNode {
        .sorted(Self.counts.map { ($0.name, self[keyPath: $0.path] > 0 ? .number(self[keyPath: $0.path]) : nil) })
    }
}
