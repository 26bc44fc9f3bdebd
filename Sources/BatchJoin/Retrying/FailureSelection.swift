package import BatchAnalytics
package import BatchPipeline
import JSONLines
import MessageBatches

/// Selects the results whose requests are submitted again.
package struct FailureSelection: Sendable, Hashable {
    /// The selected result types; ``includesUnusable`` alone selects succeeded results.
    package var types: Set<String>
    /// The selected classes of errors, for errored results.
    package var classes: Set<ErrorClass>
    /// Whether succeeded results are selected if they are not usable.
    package var includesUnusable: Bool
    /// The errors to select, of any class, instead of types and classes; nil selects by type and class.
    package var fingerprints: FingerprintSelection?
    /// If set, answers that do not meet it are selected like errors of their class.
    package var expectation: AnswerExpectation?

    /// The types whose cause is often not the request itself.
    package static let defaultTypes: Set<String> = ["errored", "expired", "canceled"]

    package init(
        types: Set<String> = FailureSelection.defaultTypes,
        classes: Set<ErrorClass> = [.retry],
        includesUnusable: Bool = false
    ) {
        self.types = types
        self.classes = classes
        self.includesUnusable = includesUnusable
    }

    /// Whether a batch with these counts per result type may contain selected results.
    package func mayContainSelected(_ found: [String: Int]) -> Bool {
        if let fingerprints { return fingerprints.canOccur(in: found) }
        return found.contains { $0.value > 0 && types.contains($0.key) }
            || (includesUnusable || expectation != nil) && found[ResultType.succeeded.name] ?? 0 > 0
    }

    /// Returns the selected results of a block, each with the reason; see ``reason(of:in:)``.
    func selected(in block: DecodedBlock) -> [(record: ResultRecord, reason: String)] {
        JSONCursor.read(block.block.bytes) { cursor in
            var errors = fingerprints?.matcher()
            return block.records.compactMap { record in
                if let isWanted = errors?.matches(record, of: block, &cursor) {
                    return isWanted ? (record, Self.reason(ofError: record, in: block)) : nil
                }
                if expectation != nil, JSONAnswer(of: record, &cursor)?.isReadable == false {
                    let isWanted = includesUnusable || classes.contains(JSONAnswer.errorClass(of: record, in: block))
                    return isWanted ? (record, Self.reason(ofError: record, in: block)) : nil
                }
                return reason(of: record, in: block).map { (record, $0) }
            }
        }
    }

    /// The reason of an errored result or of an answer that is not JSON.
    private static func reason(ofError record: ResultRecord, in block: DecodedBlock) -> String {
        guard let errorClass = record.errorClass else { return JSONAnswer.errorType }
        return "\(record.type.name):\(errorClass.rawValue)"
    }

    /// The reason why a result is selected, as in lineage files and counts; nil if it is not selected.
    ///
    /// The reasons are `expired`, `canceled`, `errored:CLASS` such as `errored:retry`, and for unusable results their
    /// stop reason or `empty`. Answers that are not JSON have the reason `invalid_json`.
    private func reason(of record: ResultRecord, in block: DecodedBlock) -> String? {
        guard record.type != .succeeded else {
            guard includesUnusable, !record.isUsable else { return nil }
            guard let stop = block.text(record.stopReason) else { return "empty" }
            return Usability.orderlyStopReasons.contains(stop) ? "empty" : stop
        }
        let name = record.type.name
        guard types.contains(name) else { return nil }
        guard record.type == .errored else { return name }
        guard let errorClass = record.errorClass, classes.contains(errorClass) else { return nil }
        return Self.reason(ofError: record, in: block)
    }
}
