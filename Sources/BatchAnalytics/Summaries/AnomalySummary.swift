package import BatchPipeline
package import JSONLines
package import MessageBatches

/// Counts of lines and values in a result file that the API documentation does not describe.
///
/// Lines with a repeated custom_id are not counted here: finding them needs all IDs of a batch, and the completeness
/// check does it.
package struct AnomalySummary: Summary {
    package static let name = "anomalies"

    /// The stop reasons of the API reference, section Message.
    package static let knownStopReasons: Set<String> = [
        "end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal",
        "model_context_window_exceeded", "compaction",
    ]

    /// Lines that are not valid results.
    package private(set) var rejectedLines = 0
    /// Lines that are empty or contain only white space.
    package private(set) var emptyLines = 0
    /// Requests with an undocumented result type.
    package private(set) var unknownTypes = 0
    /// Succeeded requests with an undocumented stop reason.
    package private(set) var unknownStopReasons = 0
    /// Succeeded requests without a stop reason.
    package private(set) var missingStopReasons = 0
    /// Succeeded requests without a model.
    package private(set) var missingModels = 0
    /// Succeeded requests whose token counts could not be read.
    package private(set) var unreadableUsages = 0
    /// Succeeded requests with entries in `usage.iterations` of an unknown type, or that do not add up.
    package private(set) var unusualIterations = 0

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
            unusualIterations += record.hasUnusualIterations ? 1 : 0
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
}

extension AnomalySummary {
    /// The counts, by the names under which they are stored.
    private static var counts: [(name: String, path: WritableKeyPath<AnomalySummary, Int>)] {
        [
            ("rejected_lines", \.rejectedLines), ("empty_lines", \.emptyLines), ("unknown_types", \.unknownTypes),
            ("unknown_stop_reasons", \.unknownStopReasons), ("missing_stop_reasons", \.missingStopReasons),
            ("missing_models", \.missingModels), ("unreadable_usages", \.unreadableUsages),
            ("unusual_iterations", \.unusualIterations),
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
