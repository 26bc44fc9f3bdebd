package import MessageBatches

/// The summaries a run folds, by name.
///
/// Filled once from the composition root; a set of a batch merges into a set of a run.
package struct SummarySet: Sendable {
    /// In registration order.
    package private(set) var summaries: [any Summary]

    /// Empty summaries of the given kinds.
    ///
    /// Two kinds with one name are a programming error.
    package init(_ kinds: [any Summary.Type]) {
        precondition(Set(kinds.map { $0.name }).count == kinds.count, "two summaries share a name")
        summaries = kinds.map { $0.init() }
    }

    /// The summary of one kind, or nil if the set was not made with it.
    package func summary<S: Summary>(_ kind: S.Type) -> S? {
        // Types compare by address; only the right one is worth the cost of a cast.
        summaries.first { type(of: $0) == kind } as? S
    }

    /// Puts a summary read back from a manifest in place of the empty one of its kind.
    package mutating func replace(_ summary: any Summary) {
        for index in summaries.indices where type(of: summaries[index]) == type(of: summary) {
            summaries[index] = summary
        }
    }

    /// Folds a block into every summary.
    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        for index in summaries.indices {
            summaries[index].fold(block, of: batch)
        }
    }

    /// Merges a set made with the same kinds.
    package mutating func merge(_ other: SummarySet) {
        precondition(other.summaries.count == summaries.count, "sets of different kinds")
        for index in summaries.indices {
            summaries[index].merge(any: other.summaries[index])
        }
    }
}

extension Summary {
    /// In place, so that what was counted so far is not copied.
    fileprivate mutating func merge(any other: any Summary) {
        guard let other = other as? Self else { preconditionFailure("sets of different kinds") }
        merge(other)
    }
}
