package import BatchPipeline
import JSONLines
package import MessageBatches
package import Prices

/// The batch and the summaries in a manifest, without its data files.
///
/// Reading it skips all other members of the document, so reading ten thousand manifests takes little more time than
/// decoding their summaries.
package struct SummarizedBatch: Sendable {
    package var batch: MessageBatch
    /// The workspace of the batch, if known.
    package var workspace: String?
    /// The `anthropic-workspace-id` that the API named for the batch, if known.
    package var workspaceID: String?
    /// Whether a join was requested and not done yet; false if the raw file was pruned, because no run can join it.
    package var isJoinPending = false
    /// Whether a batch object of the API proves that the batch is complete; see ``Manifest/isProven``.
    package var isProven = true
    /// The version of each derivation that made the manifest.
    package var derivations: [String: Int]
    /// The rows of the price table that the manifest records; nil in a manifest of an earlier version.
    package var prices: [PriceRow]?
    /// The requested summaries.
    ///
    /// One that the manifest lacks is empty and listed in ``missing``.
    package var summaries: SummarySet
    /// The names of summaries that the manifest lacks or that this version cannot read.
    package var missing: [String]

    /// Creates a batch with summaries that do not come from a manifest.
    package init(_ batch: MessageBatch, workspace: String?, summaries: SummarySet) {
        self.batch = batch
        self.workspace = workspace
        self.summaries = summaries
        derivations = [:]
        prices = []
        missing = []
    }

    /// Creates a batch with summaries that were computed from its lines.
    package init(_ manifest: Manifest, workspace: String?, summaries: SummarySet) {
        self.init(manifest.batch, workspace: workspace ?? manifest.source.workspaceID, summaries: summaries)
        (isJoinPending, isProven) = (manifest.isJoinPending && !manifest.lacksRaw, manifest.isProven)
        workspaceID = manifest.source.workspaceID
        derivations = manifest.derivations
        prices = manifest.prices
    }

    /// Reads a manifest; `path` only names it in errors.
    init(json: [UInt8], kinds: SummaryKinds, path: String) throws(ArchiveFailure) {
        var parts = Parts(kinds: kinds)
        do throws(JSONSyntaxError) {
            try JSONCursor.read(json) { cursor throws(JSONSyntaxError) in try parts.read(&cursor) }
        } catch {
            throw Manifest.failure(error, path)
        }
        batch = try Manifest.batch(schemaVersion: parts.schemaVersion, json: parts.batch, path: path)
        (workspace, derivations, prices) = (parts.workspaceID, parts.derivations, parts.prices)
        workspaceID = parts.workspaceID
        (summaries, missing) = (parts.summaries, parts.missing)
        (isJoinPending, isProven) = (parts.isJoinPending && !parts.isRawPruned, parts.isProven)
    }
}

/// The kinds of summaries to read, with their names prepared for comparison.
struct SummaryKinds: Sendable {
    let kinds: [any Summary.Type]
    /// One empty summary of each kind.
    let empty: SummarySet
    fileprivate let names: JSONKeyTable

    init(_ kinds: [any Summary.Type]) {
        self.kinds = kinds
        empty = SummarySet(kinds)
        names = JSONKeyTable(kinds.map { $0.name })
    }
}

/// The members of the document read so far.
private struct Parts {
    let kinds: SummaryKinds
    var schemaVersion: Int?
    var batch: [UInt8]?
    var workspaceID: String?
    var derivations: [String: Int] = [:]
    var prices: [PriceRow]?
    var isJoinPending = false
    var isRawPruned = false
    var isProven = true
    var summaries: SummarySet
    var missing: [String] = []
    /// The byte ranges of the summaries in the text.
    private var places: [Range<Int>?]

    private enum Key: String, CaseIterable {
        case schemaVersion = "schema_version"
        case batch, source, proof, derivations, prices, summary, pruned
        case joinPending = "join_pending"
    }

    private static let keys = JSONKeys<Key>()
    private static let sourceKeys = JSONKeyTable(["workspace_id"])
    private static let prunedKeys = JSONKeyTable([DataKind.raw.rawValue])

    init(kinds: SummaryKinds) {
        self.kinds = kinds
        summaries = kinds.empty
        places = Array(repeating: nil, count: kinds.kinds.count)
    }

    /// Reads a whole manifest.
    mutating func read(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        try cursor.members(Self.keys) { key, cursor throws(JSONSyntaxError) in
            switch key {
            case .schemaVersion: schemaVersion = try cursor.optionalNumber()
            case .batch: batch = cursor.bytes(try cursor.skipValue())
            case .source:
                try cursor.members(Self.sourceKeys) { _, cursor throws(JSONSyntaxError) in
                    workspaceID = try cursor.optionalText()
                }
            case .proof: isProven = try cursor.optionalText() != "none"
            case .derivations: derivations = try cursor.counts()
            case .prices: prices = try Manifest.prices(&cursor)?.compactMap(\.self)
            case .joinPending: isJoinPending = try cursor.optionalBoolean() ?? false
            case .pruned:
                try cursor.members(Self.prunedKeys) { _, cursor throws(JSONSyntaxError) in
                    _ = try cursor.skipValue()
                    isRawPruned = true
                }
            case .summary:
                try cursor.members(kinds.names) { place, cursor throws(JSONSyntaxError) in
                    places[place] = try cursor.skipValue()
                }
            }
        }
        try cursor.expectEnd()
        readSummaries(&cursor)
    }

    /// Reads the summaries at the ranges found; the document has already been checked.
    private mutating func readSummaries(_ cursor: inout JSONCursor) {
        for (kind, place) in zip(kinds.kinds, places) {
            if let place {
                cursor.move(to: place)
                if let summary = try? kind.init(from: &cursor) {
                    summaries.replace(summary)
                    continue
                }
            }
            missing.append(kind.name)
        }
    }
}
