/// The number of requests of a batch per state, from `request_counts`.
///
/// Until a batch ends, all requests count as `processing`. Then `processing` is 0 and the other counts add up to the
/// total. Unknown keys are kept, so that a batch with a new result type is not mistaken for complete.
package struct RequestCounts: Sendable, Hashable {
    /// Requests that are not finished yet.
    package var processing: Int

    /// Finished requests per result type name; a missing type counts as 0.
    package var byType: [String: Int]

    package init(processing: Int = 0, byType: [String: Int] = [:]) {
        self.processing = processing
        self.byType = byType.filter { $0.value != 0 }
    }

    /// The number of finished requests of one type.
    package subscript(_ type: ResultType) -> Int {
        byType[type.name] ?? 0
    }

    /// The number of requests that have a result.
    package var finished: Int {
        byType.values.reduce(0) { $0.addingClamped($1) }
    }

    /// The number of all requests of the batch.
    package var total: Int {
        processing.addingClamped(finished)
    }
}
