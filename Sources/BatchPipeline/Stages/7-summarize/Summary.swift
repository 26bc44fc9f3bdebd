package import JSONLines
package import MessageBatches

/// A figure that grows block by block and merges in any order: `merge(fold(a), fold(b))` equals `fold(a + b)`.
///
/// A summary is stored in the manifest of its batch, so it must stay small whatever the data does: bound every table and
/// count what was folded into "other". Register a new one in `SummaryRegistry`.
package protocol Summary: Sendable, Equatable {
    /// The key under `summary` in the manifest, `snake_case`. Never reused for another meaning.
    static var name: String { get }

    /// The empty summary.
    init()

    /// Takes in the records of one block. `batch` gives what the lines do not say, such as the day.
    mutating func fold(_ block: DecodedBlock, of batch: MessageBatch)

    /// Takes in what another summary of the same kind counted.
    mutating func merge(_ other: Self)

    /// What the manifest keeps of it; equal summaries have equal text.
    ///
    /// Neither `Encodable` nor `Decodable`: an encoder took a twentieth of the time of an export of small batches, a decoder half
    /// of that of a roll-up, which reads the summaries of ten thousand.
    var node: JSONNode { get }

    /// Reads what ``node`` gave; `json` stands before the value.
    ///
    /// - Throws: where the value is no such summary; what is left of it is then not consumed.
    init(from json: inout JSONCursor) throws(JSONSyntaxError)
}

extension Summary {
    /// Reads the text of what ``node`` gave.
    package init(json: [UInt8]) throws(JSONSyntaxError) {
        self = try JSONCursor.read(json) { cursor throws(JSONSyntaxError) in
            let summary = try Self(from: &cursor)
            try cursor.expectEnd()
            return summary
        }
    }
}
