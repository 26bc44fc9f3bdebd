import BatchPipeline
import JSONLines
package import MessageBatches

/// What a draft needs to go on after a crash: which blocks are in its files, and what made them.
///
/// Stands in `_partial/ID.journal`, a header line and then one line a block, each written when the block's members are. Nothing
/// of it is believed: a block counts only if its members are whole (``FileDraft/nextDurableBlock()``), so that the files need
/// no sync while they grow. A power cut costs the blocks the system had not written yet.
package struct DraftJournal: Sendable, Hashable {
    /// The form of the document.
    ///
    /// A draft with another one starts anew.
    static let schemaVersion = 1

    /// The batch object the download began with.
    package var batch: MessageBatch
    /// What compresses the members.
    ///
    /// Only the same goes on, so that the files come out as if there had been no break.
    package var codec: CodecRecord
    /// Which version of each derivation makes the flat rows; another version starts anew.
    package var derivations: [String: Int]
    package var blocks: [Block] = []

    /// A block whose members were written.
    package struct Block: Sendable, Hashable {
        /// Where its members end in the two files.
        var rawEnd: Int
        var flatEnd: Int
        /// Physical lines, and rows of the flat table.
        package var lines: Int
        package var rows: Int
        /// Bytes of its lines.
        package var bytes: Int
    }

    /// Bytes received that the journal speaks of, if the files hold them.
    package var receivedBytes: Int {
        blocks.reduce(0) { $0 + $1.bytes }
    }
}

extension DraftJournal {
    /// The first line.
    var headerLine: [UInt8] {
        JSONNode.object([
            ("schema_version", .number(Self.schemaVersion)),
            ("batch", .verbatim(batch.json)),
            ("codec", codec.node),
            ("derivations", .counts(derivations)),
        ])
        .line
    }

    private enum Key: String, CaseIterable {
        case schemaVersion = "schema_version"
        case batch, codec, derivations
    }

    private static let keys = JSONKeys<Key>()

    /// Reads a journal as far as it is whole; nil if not even its header is.
    init?(text: [UInt8]) {
        var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
        // What stands behind the last line end was cut off in writing.
        lines.removeLast()
        guard let header = lines.first, let journal = try? Self.header(Array(header)) else { return nil }
        self = journal
        for line in lines.dropFirst() {
            guard let block = try? Block(Array(line)), follows(block) else { return }
            blocks.append(block)
        }
    }

    private func follows(_ block: Block) -> Bool {
        block.rawEnd > blocks.last?.rawEnd ?? 0 && block.flatEnd >= blocks.last?.flatEnd ?? 0
    }

    private static func header(_ line: [UInt8]) throws -> DraftJournal? {
        var schema: Int?
        var batch: [UInt8]?
        var codec: CodecRecord?
        var derivations: [String: Int]?
        try JSONCursor.read(line) { cursor throws(JSONSyntaxError) in
            try cursor.members(keys) { key, cursor throws(JSONSyntaxError) in
                switch key {
                case .schemaVersion: schema = try cursor.optionalNumber()
                case .batch: batch = cursor.bytes(try cursor.skipValue())
                case .codec: codec = try CodecRecord(&cursor)
                case .derivations: derivations = try cursor.counts()
                }
            }
            try cursor.expectEnd()
        }
        guard schema == schemaVersion, let batch, let codec, let derivations else { return nil }
        return DraftJournal(batch: try MessageBatch(json: batch), codec: codec, derivations: derivations)
    }
}

extension DraftJournal.Block {
    /// The block's line: an array of its five numbers.
    var line: [UInt8] {
        JSONNode.array([rawEnd, flatEnd, lines, rows, bytes].map { .number($0) }).line
    }

    init?(_ line: [UInt8]) throws {
        var numbers: [Int] = []
        try JSONCursor.read(line) { cursor throws(JSONSyntaxError) in
            try cursor.elements { cursor throws(JSONSyntaxError) in
                if let number = try cursor.optionalNumber() { numbers.append(number) }
            }
            try cursor.expectEnd()
        }
        guard numbers.count == 5 else { return nil }
        self.init(rawEnd: numbers[0], flatEnd: numbers[1], lines: numbers[2], rows: numbers[3], bytes: numbers[4])
    }
}
