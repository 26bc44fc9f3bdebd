package import JSONLines
package import MessageBatches

/// An aggregate that grows block by block and merges in any order: `merge(fold(a), fold(b))` equals `fold(a + b)`.
///
/// The manifest of a batch contains its summaries, so a summary must stay small with any data. Limit every table and
/// count the rest as "other". Register a new summary in `SummaryRegistry`.
package protocol Summary: Sendable, Equatable {
    /// The key under `summary` in the manifest, `snake_case`. Never reused for another meaning.
    static var name: String { get }

    /// The empty summary.
    init()

    /// Adds the records of one block.
    ///
    /// `batch` has the values that are not in the lines, such as the day.
    mutating func fold(_ block: DecodedBlock, of batch: MessageBatch)

    /// Adds the counts of another summary of the same kind.
    mutating func merge(_ other: Self)

    /// The JSON value that the manifest stores; equal summaries have equal text.
    ///
    /// Summaries do not use `Codable` because it is too slow. An encoder took 5% of an export of small batches. A
    /// decoder took half of the time of a roll-up that reads ten thousand summaries.
    var node: JSONNode { get }

    /// Reads the JSON value of ``node`` from the cursor.
    ///
    /// - Throws: if the value is not such a summary; the rest of the value is then not consumed.
    init(from json: inout JSONCursor) throws(JSONSyntaxError)
}

extension Summary {
    /// Reads the JSON text of ``node``.
    package init(json: [UInt8]) throws(JSONSyntaxError) {
        self = try JSONCursor.read(json) { cursor throws(JSONSyntaxError) in
            let summary = try Self(from: &cursor)
            try cursor.expectEnd()
            return summary
        }
    }
}
