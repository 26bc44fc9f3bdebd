import BatchPipeline
import JSONLines
package import MessageBatches

/// The journal of a draft: the blocks in its files and the settings that made them, for resuming after a crash.
///
/// It is stored in `_partial/ID.journal`: a header line, then one line per block, written after the block's members.
/// The journal is not trusted: a block counts only if its members are complete (``FileDraft/nextDurableBlock()``). So
/// the files need no sync while they grow. After a power failure, the blocks that the system had not yet written are
/// downloaded again.
package struct DraftJournal: Sendable, Hashable {
    /// The version of the document.
    ///
    /// A draft with another version is discarded.
    static let schemaVersion = 2

    /// The batch object at the start of the download.
    package var batch: MessageBatch
    /// The codec that compresses the members.
    ///
    /// A draft is resumed only with the same codec, so that the files are the same as without an interruption.
    package var codec: CodecRecord
    /// The version of each derivation of the flat rows; a draft with other versions is discarded.
    package var derivations: [String: Int]
    /// The digest of the price table of the flat rows; a draft with another table is discarded.
    package var prices: String
    package var blocks: [Block] = []

    /// A block whose members are written.
    package struct Block: Sendable, Hashable {
        /// The ends of its members in the raw and the flat file.
        var rawEnd: Int
        var flatEnd: Int
        /// The number of physical lines, and of flat rows.
        package var lines: Int
        package var rows: Int
        /// The size of its lines in bytes.
        package var bytes: Int
    }

    /// The number of received bytes that the journal lists, if the files contain them.
    package var receivedBytes: Int {
        blocks.reduce(0) { $0.addingClamped($1.bytes) }
    }
}

extension DraftJournal {
    /// The first line of the journal.
    var headerLine: [UInt8] {
        JSONNode.object([
            ("schema_version", .number(Self.schemaVersion)),
            ("batch", .verbatim(batch.json)),
            ("codec", codec.node),
            ("derivations", .counts(derivations)),
            ("prices", .text(prices)),
        ])
        .line
    }

    private enum Key: String, CaseIterable {
        case schemaVersion = "schema_version"
        case batch, codec, derivations, prices
    }

    private static let keys = JSONKeys<Key>()

    /// Reads a journal up to its last complete line; nil if the header is incomplete.
    init?(text: [UInt8]) {
        var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
        // The text after the last newline is an incomplete line.
        lines.removeLast()
        guard let header = lines.first, let journal = try? Self.header(Array(header)) else { return nil }
        self = journal
        for line in lines.dropFirst() {
            guard let block = try? Block(Array(line)), isInOrder(block) else { return }
            blocks.append(block)
        }
    }

    private func isInOrder(_ block: Block) -> Bool {
        block.rawEnd > blocks.last?.rawEnd ?? 0 && block.flatEnd >= blocks.last?.flatEnd ?? 0
    }

    private static func header(_ line: [UInt8]) throws -> DraftJournal? {
        var schema: Int?
        var batch: [UInt8]?
        var codec: CodecRecord?
        var derivations: [String: Int]?
        var prices: String?
        try JSONCursor.read(line) { cursor throws(JSONSyntaxError) in
            try cursor.members(keys) { key, cursor throws(JSONSyntaxError) in
                switch key {
                case .schemaVersion: schema = try cursor.optionalNumber()
                case .batch: batch = cursor.bytes(try cursor.skipValue())
                case .codec: codec = try CodecRecord(&cursor)
                case .derivations: derivations = try cursor.counts()
                case .prices: prices = try cursor.optionalText()
                }
            }
            try cursor.expectEnd()
        }
        guard schema == schemaVersion, let batch, let codec, let derivations, let prices else { return nil }
        return DraftJournal(
            batch: try MessageBatch(json: batch),
            codec: codec,
            derivations: derivations,
            prices: prices
        )
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
