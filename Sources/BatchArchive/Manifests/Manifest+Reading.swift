import BatchPipeline
import JSONLines
import MessageBatches
import Prices

extension Manifest {
    /// Reads a manifest.
    ///
    /// `path` only names the document in errors.
    ///
    /// - Throws: ``ArchiveFailure`` with the cause `manifest` if the text is not valid JSON, a required key is missing
    ///   or of another type, or the schema is newer than this program.
    package init(json: [UInt8], path: String) throws(ArchiveFailure) {
        var parts = ManifestParts()
        do throws(JSONSyntaxError) {
            try JSONCursor.read(json) { cursor throws(JSONSyntaxError) in
                guard try cursor.kind() == .object else { throw JSONSyntaxError(.expectedObject, at: 0) }
                try parts.read(&cursor)
                try cursor.expectEnd()
            }
        } catch {
            throw Self.failure(error, path)
        }
        let batch = try Self.batch(schemaVersion: parts.schemaVersion, json: parts.batch, path: path)
        guard let startedAt = parts.startedAt, let finishedAt = parts.finishedAt else {
            throw Self.failure("it lacks started_at or finished_at", path)
        }
        guard let found = parts.found else { throw Self.failure("it has no counts.found", path) }
        if parts.hasInvalidPrice { throw Self.failure("its prices have an invalid row", path) }
        if parts.hasInvalidDigest { throw Self.failure("its lines_digest is not a digest", path) }
        if let kind = parts.unreadableFiles.first {
            throw Self.failure("its entry files.\(kind) lacks a path, a size, a digest, a codec or the members", path)
        }
        self.init(
            revision: parts.revision ?? 1,
            batch: batch,
            source: parts.source,
            startedAt: startedAt,
            finishedAt: finishedAt,
            toolVersion: parts.toolVersion ?? "",
            files: parts.files,
            found: found,
            emptyLines: parts.emptyLines,
            duplicateLines: parts.duplicateLines,
            rejectedLines: parts.rejectedLines,
            rejected: parts.rejected,
            linesDigest: parts.linesDigest,
            derivations: parts.derivations,
            prices: parts.prices,
            summaries: parts.summaries,
            pruned: parts.pruned,
            quarantine: parts.quarantine
        )
        if !parts.isProven { source.file?.isProven = false }
        join = parts.join
        isJoinPending = parts.isJoinPending
    }

    /// Returns the batch of a manifest; throws if the schema is missing or newer than this program.
    static func batch(schemaVersion: Int?, json: [UInt8]?, path: String) throws(ArchiveFailure) -> MessageBatch {
        guard let schemaVersion else { throw failure("it has no schema_version", path) }
        guard schemaVersion <= Self.schemaVersion else {
            throw failure("its schema_version \(schemaVersion) is newer than this program", path)
        }
        guard let json else { throw failure("it has no batch", path) }
        do {
            return try MessageBatch(json: json)
        } catch {
            throw failure(error.reason, path)
        }
    }

    static func failure(_ error: JSONSyntaxError, _ path: String) -> ArchiveFailure {
        failure("\(error.reason.rawValue) at byte \(error.offset)", path)
    }

    private static func failure(_ reason: String, _ path: String) -> ArchiveFailure {
        ArchiveFailure(.manifest(reason), .read, path: path)
    }
}

/// The members of a manifest read so far.
private struct ManifestParts {
    var schemaVersion: Int?
    var revision: Int?
    var batch: [UInt8]?
    var source = Manifest.Source()
    /// Whether the manifest does not say `proof: none`, which may come before or after its source.
    var isProven = true
    var startedAt: Timestamp?
    var finishedAt: Timestamp?
    var toolVersion: String?
    var files: [DataKind: ArchivedFile] = [:]
    /// The kinds whose entry is incomplete.
    var unreadableFiles: [String] = []
    var found: [String: Int]?
    var emptyLines = 0
    var duplicateLines = 0
    var rejectedLines = 0
    var rejected: [RejectedLine] = []
    var linesDigest: LinesDigest?
    var hasInvalidDigest = false
    var derivations: [String: Int] = [:]
    /// Nil if the manifest has no prices.
    var prices: [PriceRow]?
    var hasInvalidPrice = false
    var summaries: [String: [UInt8]] = [:]
    var pruned: [DataKind: PrunedFile] = [:]
    var quarantine: Manifest.Quarantine?
    var join: [UInt8]?
    var isJoinPending = false

    private enum Key: String, CaseIterable {
        case schemaVersion = "schema_version"
        case revision, batch, source, proof
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case tool, files, counts, lines, rejected, derivations, prices, summary, quarantine, join, pruned
        case joinPending = "join_pending"
        case linesDigest = "lines_digest"
    }

    private enum SourceKey: String, CaseIterable {
        case origin
        case workspaceID = "workspace_id"
        case requestID = "request_id"
        case rewrittenFrom = "rewritten_from"
        case file
    }

    private enum FileKey: String, CaseIterable {
        case name, sha256
    }

    private enum LineKey: String, CaseIterable {
        case empty, rejected, duplicate
    }

    private enum RejectedKey: String, CaseIterable {
        case lineNumber = "line_number"
        case byteOffset = "byte_offset"
        case reason
    }

    private enum QuarantineKey: String, CaseIterable {
        case reasons, attempts
    }

    private static let keys = JSONKeys<Key>()
    private static let sourceKeys = JSONKeys<SourceKey>()
    private static let fileKeys = JSONKeys<FileKey>()
    private static let toolKeys = JSONKeyTable(["version"])
    private static let countKeys = JSONKeyTable(["found"])
    private static let lineKeys = JSONKeys<LineKey>()
    private static let rejectedKeys = JSONKeys<RejectedKey>()
    private static let quarantineKeys = JSONKeys<QuarantineKey>()

    mutating func read(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        try cursor.members(Self.keys) { key, cursor throws(JSONSyntaxError) in
            switch key {
            case .schemaVersion: schemaVersion = try cursor.optionalNumber()
            case .revision: revision = try cursor.optionalNumber()
            case .batch: batch = cursor.bytes(try cursor.skipValue())
            case .source: try readSource(&cursor)
            case .proof: isProven = try cursor.optionalText() != "none"
            case .startedAt: startedAt = try cursor.optionalText().flatMap { Timestamp($0) }
            case .finishedAt: finishedAt = try cursor.optionalText().flatMap { Timestamp($0) }
            case .tool: try readTool(&cursor)
            case .files: try readFiles(&cursor)
            case .counts: try readCounts(&cursor)
            case .lines: try readLines(&cursor)
            case .rejected: try readRejected(&cursor)
            case .linesDigest: try readLinesDigest(&cursor)
            case .derivations: derivations = try cursor.counts()
            case .prices:
                let rows = try Manifest.prices(&cursor)
                prices = rows?.compactMap(\.self)
                hasInvalidPrice = rows?.contains(nil) ?? false
            case .summary: try readSummaries(&cursor)
            case .quarantine: try readQuarantine(&cursor)
            case .join: join = cursor.bytes(try cursor.skipValue())
            case .joinPending: isJoinPending = try cursor.optionalBoolean() ?? false
            case .pruned: try readPruned(&cursor)
            }
        }
    }

    private mutating func readSource(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        try cursor.members(Self.sourceKeys) { key, cursor throws(JSONSyntaxError) in
            switch key {
            case .origin: source.origin = try cursor.optionalText()
            case .workspaceID: source.workspaceID = try cursor.optionalText()
            case .requestID: source.requestID = try cursor.optionalText()
            case .rewrittenFrom: source.rewrittenFrom = try cursor.optionalText()
            case .file: source.file = try Self.file(&cursor)
            }
        }
    }

    /// Reads the imported file of a source; nil if the value is not an object.
    private static func file(_ cursor: inout JSONCursor) throws(JSONSyntaxError) -> ResultFile? {
        var file = ResultFile(name: "", sha256: "", isProven: true)
        let isObject = try cursor.members(fileKeys) { key, cursor throws(JSONSyntaxError) in
            switch key {
            case .name: file.name = try cursor.optionalText() ?? ""
            case .sha256: file.sha256 = try cursor.optionalText() ?? ""
            }
        }
        return isObject ? file : nil
    }

    private mutating func readTool(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        try cursor.members(Self.toolKeys) { _, cursor throws(JSONSyntaxError) in
            toolVersion = try cursor.optionalText()
        }
    }

    private mutating func readFiles(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        try cursor.namedMembers { name, cursor throws(JSONSyntaxError) in
            let file = try ArchivedFile(&cursor)
            guard let kind = DataKind(rawValue: name) else { return }
            files[kind] = file
            if file == nil { unreadableFiles.append(name) }
        }
    }

    private mutating func readCounts(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        try cursor.members(Self.countKeys) { _, cursor throws(JSONSyntaxError) in
            found = try cursor.counts()
        }
    }

    private mutating func readLines(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        try cursor.members(Self.lineKeys) { key, cursor throws(JSONSyntaxError) in
            let count = try cursor.optionalNumber() ?? 0
            switch key {
            case .empty: emptyLines = count
            case .rejected: rejectedLines = count
            case .duplicate: duplicateLines = count
            }
        }
    }

    private mutating func readLinesDigest(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        guard let text = try cursor.optionalText() else { return }
        linesDigest = LinesDigest(hex: text)
        hasInvalidDigest = linesDigest == nil
    }

    private mutating func readRejected(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        try cursor.elements { cursor throws(JSONSyntaxError) in
            var line = RejectedLine(lineNumber: 0, byteOffset: 0, reason: "")
            try cursor.members(Self.rejectedKeys) { key, cursor throws(JSONSyntaxError) in
                switch key {
                case .lineNumber: line.lineNumber = try cursor.optionalNumber() ?? 0
                case .byteOffset: line.byteOffset = try cursor.optionalNumber() ?? 0
                case .reason: line.reason = try cursor.optionalText() ?? ""
                }
            }
            rejected.append(line)
        }
    }

    private mutating func readSummaries(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        try cursor.namedMembers { name, cursor throws(JSONSyntaxError) in
            summaries[name] = cursor.bytes(try cursor.skipValue())
        }
    }

    private mutating func readPruned(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        try cursor.namedMembers { name, cursor throws(JSONSyntaxError) in
            let file = try PrunedFile(&cursor)
            if let kind = DataKind(rawValue: name) { pruned[kind] = file }
        }
    }

    private mutating func readQuarantine(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        var reasons: [String] = []
        var attempts = 1
        let isObject = try cursor.members(Self.quarantineKeys) { key, cursor throws(JSONSyntaxError) in
            switch key {
            case .reasons:
                try cursor.elements { cursor throws(JSONSyntaxError) in
                    if let reason = try cursor.optionalText() { reasons.append(reason) }
                }
            case .attempts: attempts = try cursor.optionalNumber() ?? 1
            }
        }
        if isObject { quarantine = Manifest.Quarantine(reasons: reasons, attempts: attempts) }
    }
}
