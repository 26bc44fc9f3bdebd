package import BatchPipeline
import FoundationEssentials
import JSONLines
package import MessageBatches

/// What a manifest says of its batch in figures, without the files it describes.
///
/// Reading it skips everything else, so that ten thousand manifests are read in the time their summaries take.
package struct SummarizedBatch: Sendable {
    package var batch: MessageBatch
    package var workspaceID: String?
    /// Which version of each derivation made the manifest.
    package var derivations: [String: Int]
    /// The summaries that were asked for; one that the manifest lacks is empty and named in ``missing``.
    package var summaries: SummarySet
    /// The names of summaries that the manifest lacks, or that this version cannot read.
    package var missing: [String]

    private static let keys = JSONKeyTable(["schema_version", "batch", "source", "derivations", "summary"])
    private static let sourceKeys = JSONKeyTable(["workspace_id"])

    /// Reads the text of a manifest; `path` only names it in errors.
    init(json: [UInt8], kinds: [any Summary.Type], path: String) throws(ArchiveFailure) {
        var parts = Parts(kinds: kinds)
        do throws(JSONSyntaxError) {
            try JSONCursor.read(json) { cursor throws(JSONSyntaxError) in
                try cursor.members(Self.keys) { key, cursor throws(JSONSyntaxError) in
                    switch key {
                    case 0: parts.schemaVersion = try cursor.optionalNumber()
                    case 1: parts.batch = cursor.bytes(try cursor.skipValue())
                    case 2: parts.workspaceID = try Self.workspaceID(&cursor)
                    case 3: parts.derivations = try cursor.counts()
                    default: try parts.readSummaries(&cursor)
                    }
                }
                try cursor.expectEnd()
            }
        } catch {
            throw Self.failure("\(error.reason.rawValue) at byte \(error.offset)", path)
        }
        guard let schema = parts.schemaVersion else { throw Self.failure("it has no schema_version", path) }
        guard schema <= Manifest.schemaVersion else {
            throw Self.failure("its schema_version \(schema) is newer than this program", path)
        }
        guard let json = parts.batch else { throw Self.failure("it has no batch", path) }
        do {
            batch = try MessageBatch(json: json)
        } catch {
            throw Self.failure(error.reason, path)
        }
        (workspaceID, derivations) = (parts.workspaceID, parts.derivations)
        (summaries, missing) = parts.decodedSummaries()
    }

    private static func workspaceID(_ cursor: inout JSONCursor) throws(JSONSyntaxError) -> String? {
        var id: String?
        try cursor.members(sourceKeys) { _, cursor throws(JSONSyntaxError) in id = try cursor.optionalText() }
        return id
    }

    private static func failure(_ reason: String, _ path: String) -> ArchiveFailure {
        ArchiveFailure(.manifest(reason), .read, path: path)
    }
}

/// What was found in the text so far.
private struct Parts {
    let kinds: [any Summary.Type]
    private let names: JSONKeyTable
    var schemaVersion: Int?
    var batch: [UInt8]?
    var workspaceID: String?
    var derivations: [String: Int] = [:]
    private var texts: [[UInt8]?]

    init(kinds: [any Summary.Type]) {
        self.kinds = kinds
        names = JSONKeyTable(kinds.map { $0.name })
        texts = kinds.map { _ in nil }
    }

    mutating func readSummaries(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        try cursor.members(names) { place, cursor throws(JSONSyntaxError) in
            texts[place] = cursor.bytes(try cursor.skipValue())
        }
    }

    func decodedSummaries() -> (SummarySet, missing: [String]) {
        var summaries = SummarySet(kinds)
        var missing: [String] = []
        for (kind, text) in zip(kinds, texts) {
            if let summary = text.flatMap({ try? JSONDecoder().decode(kind, from: Data($0)) }) {
                summaries.replace(summary)
            } else {
                missing.append(kind.name)
            }
        }
        return (summaries, missing)
    }
}
