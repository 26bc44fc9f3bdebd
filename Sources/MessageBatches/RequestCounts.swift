/// The number of requests of a batch per state, from `request_counts`.
///
/// Until a batch ends, all requests count as `processing`. Then `processing` is 0 and the other counts add up to the
/// total. Members that do not name a documented result type are kept, because one of them may be a new type. They are counts
/// only if result lines of that type exist, so they are not in ``finished`` and ``total``.
package struct RequestCounts: Sendable, Hashable {
    /// Requests that are not finished yet.
    package var processing: Int

    /// The number per member name, of result types and of other members; a missing type counts as 0.
    package var byType: [String: Int]

    package init(processing: Int = 0, byType: [String: Int] = [:]) {
        self.processing = processing
        self.byType = byType.filter { $0.value != 0 }
    }

    /// The number of finished requests of one type.
    package subscript(_ type: ResultType) -> Int {
        byType[type.name] ?? 0
    }

    /// The number of requests that have a result of a documented type.
    package var finished: Int {
        ResultType.known.reduce(0) { $0.addingClamped(self[$1]) }
    }

    /// The number of all requests of the batch, without those of types that the API does not document.
    package var total: Int {
        processing.addingClamped(finished)
    }
}
