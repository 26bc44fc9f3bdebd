package import BatchPipeline
import MessageBatches

/// Selects the results whose requests are submitted again.
package struct FailureSelection: Sendable, Hashable {
    /// The selected result types; ``includesUnusable`` alone selects succeeded results.
    package var types: Set<String>
    /// The selected classes of errors, for errored results.
    package var classes: Set<ErrorClass>
    /// Whether succeeded results are selected if they are not usable.
    package var includesUnusable: Bool

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
        found.contains { $0.value > 0 && types.contains($0.key) }
            || includesUnusable && found[ResultType.succeeded.name] ?? 0 > 0
    }

    /// The reason why a result is selected, as in lineage files and counts; nil if it is not selected.
    ///
    /// The reasons are `expired`, `canceled`, `errored:CLASS` such as `errored:retry`, and for unusable results their
    /// stop reason or `empty`.
    package func reason(of record: ResultRecord, in block: DecodedBlock) -> String? {
        guard record.type != .succeeded else {
            guard includesUnusable, !record.isUsable else { return nil }
            guard let stop = block.text(record.stopReason) else { return "empty" }
            return Usability.orderlyStopReasons.contains(stop) ? "empty" : stop
        }
        let name = record.type.name
        guard types.contains(name) else { return nil }
        guard record.type == .errored else { return name }
        guard let errorClass = record.errorClass, classes.contains(errorClass) else { return nil }
        return "\(name):\(errorClass.rawValue)"
    }
}
