package import BatchPipeline
import MessageBatches

/// Which results are worth another request.
package struct FailureSelection: Sendable, Hashable {
    /// Names of result types; succeeded ones are chosen by ``includesUnusable`` alone.
    package var types: Set<String>
    /// Of the errored results those whose error is of one of these classes.
    package var classes: Set<ErrorClass>
    /// Also results that succeeded without being usable.
    package var includesUnusable: Bool

    /// What fails for reasons outside the request.
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

    /// Whether a batch with these results per type can hold anything wanted.
    package func mayConcern(_ found: [String: Int]) -> Bool {
        found.contains { $0.value > 0 && types.contains($0.key) }
            || includesUnusable && found[ResultType.succeeded.name] ?? 0 > 0
    }

    /// Why a result is chosen, as lineage files and counts name it; nil if it is not.
    ///
    /// `expired`, `canceled`, `errored:retry`, and for results that are not usable their stop reason or `empty`.
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
