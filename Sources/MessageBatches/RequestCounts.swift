/// The requests of a batch by state, as `request_counts` gives them.
///
/// Until a batch ends everything stands under `processing`; afterwards `processing` is 0 and the others add up to the
/// total. Keys this version does not know are kept: a new result type must not make a batch look complete.
package struct RequestCounts: Sendable, Hashable {
    /// Requests not finished yet.
    package var processing: Int

    /// Finished requests by result type name; a missing type is 0.
    package var byType: [String: Int]

    package init(processing: Int = 0, byType: [String: Int] = [:]) {
        self.processing = processing
        self.byType = byType.filter { $0.value != 0 }
    }

    /// The finished requests of one type.
    package subscript(_ type: ResultType) -> Int {
        byType[type.name] ?? 0
    }

    /// Requests that have a result.
    package var finished: Int {
        byType.values.reduce(0, +)
    }

    /// All requests of the batch.
    package var total: Int {
        processing + finished
    }
}
