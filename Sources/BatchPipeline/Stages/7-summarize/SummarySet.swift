package import MessageBatches

/// The summaries that a run computes.
///
/// The composition root creates it once. The set of each batch is merged into the set of the run.
package struct SummarySet: Sendable {
    /// The summaries in registration order.
    package private(set) var summaries: [any Summary]

    /// Creates empty summaries of the given kinds, whose names must differ.
    package init(_ kinds: [any Summary.Type]) {
        precondition(Set(kinds.map { $0.name }).count == kinds.count, "two summaries share a name")
        summaries = kinds.map { $0.init() }
    }

    /// Returns the summary of one kind, or nil if the set does not contain this kind.
    package func summary<S: Summary>(_ kind: S.Type) -> S? {
        // Comparing types is cheap, so only the right one is cast.
        summaries.first { type(of: $0) == kind } as? S
    }

    /// Replaces the summary of the same kind, for example with one read from a manifest.
    package mutating func replace(_ summary: any Summary) {
        for index in summaries.indices where type(of: summaries[index]) == type(of: summary) {
            summaries[index] = summary
        }
    }

    /// Adds a block to every summary.
    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        for index in summaries.indices {
            summaries[index].fold(block, of: batch)
        }
    }

    /// Merges a set of the same kinds.
    package mutating func merge(_ other: SummarySet) {
        precondition(other.summaries.count == summaries.count, "sets of different kinds")
        for index in summaries.indices {
            summaries[index].merge(any: other.summaries[index])
        }
    }
}

extension Summary {
    /// Merges in place, so that the counts are not copied.
    fileprivate mutating func merge(any other: any Summary) {
        guard let other = other as? Self else { preconditionFailure("sets of different kinds") }
        merge(other)
    }
}
