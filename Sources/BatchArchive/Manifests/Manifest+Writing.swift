import BatchPipeline
import JSONLines
import MessageBatches

extension Manifest {
    /// The JSON text of the manifest.
    package var json: [UInt8] { JSONNode.document(members) }

    /// The members of the JSON document, in order.
    private var members: [(String, JSONNode)] {
        var members: [(String, JSONNode)] = [
            ("schema_version", .number(Self.schemaVersion)),
            ("revision", .number(revision)),
            ("batch", .verbatim(batch.json)),
            ("source", source.node),
        ]
        if !isProven { members.append(("proof", .text("none"))) }
        members += [
            ("started_at", .text(startedAt.text)),
            ("finished_at", .text(finishedAt.text)),
            ("tool", .object([("name", .text("batchkeep")), ("version", .text(toolVersion))])),
            ("files", .object(files.sorted { $0.key < $1.key }.map { ($0.key.rawValue, $0.value.node) })),
            ("counts", .object([("found", .counts(found)), ("request_counts", requestCounts)])),
            ("lines", lines),
        ]
        if let linesDigest { members.append(("lines_digest", .text(linesDigest.hex))) }
        members += [
            ("rejected", .array(rejected.map { $0.node })),
            ("derivations", .counts(derivations)),
            ("prices", prices.map { .array($0.map { $0.node }) } ?? .null),
            ("summary", .object(summaries.sorted { $0.key < $1.key }.map { ($0.key, .verbatim($0.value)) })),
        ]
        if let join { members.append(("join", .verbatim(join))) }
        if isJoinPending { members.append(("join_pending", .verbatim(Array("true".utf8)))) }
        if !pruned.isEmpty {
            let files = pruned.sorted { $0.key < $1.key }.map { ($0.key.rawValue, $0.value.node) }
            members.append(("pruned", .object(files)))
        }
        if let quarantine { members.append(("quarantine", quarantine.node)) }
        return members
    }

    /// Returns the path of the first part of a stored document that differs from this manifest, for example
    /// `lines.duplicate`; nil if there is none.
    ///
    /// Top-level keys that this version does not write are ignored.
    func difference(from document: [UInt8]) -> String? {
        JSONNode.object(members).difference(from: document, ignoringOtherKeys: true)
    }

    private var requestCounts: JSONNode {
        .counts(batch.counts.byType.merging(["processing": batch.counts.processing]) { _, processing in processing })
    }

    private var lines: JSONNode {
        .object([
            ("empty", .number(emptyLines)),
            ("rejected", .number(rejectedLines)),
            ("duplicate", .number(duplicateLines)),
        ])
    }
}

extension Manifest.Source {
    fileprivate var node: JSONNode {
        guard let file else {
            return .object([
                ("origin", .optional(origin)),
                ("workspace_id", .optional(workspaceID)),
                ("request_id", .optional(requestID)),
                ("rewritten_from", .optional(rewrittenFrom)),
            ])
        }
        return .object([
            ("kind", .text("file")),
            ("origin", .optional(origin)),
            ("workspace_id", .optional(workspaceID)),
            ("file", .object([("name", .text(file.name)), ("sha256", .text(file.sha256))])),
        ])
    }
}

extension Manifest.Quarantine {
    fileprivate var node: JSONNode {
        .object([("reasons", .array(reasons.map { .text($0) })), ("attempts", .number(attempts))])
    }
}

extension PrunedFile {
    fileprivate var node: JSONNode {
        .object([
            ("pruned_at", .text(prunedAt.text)),
            ("uncompressed_bytes", .number(content.bytes)),
            ("uncompressed_sha256", .text(content.sha256)),
            ("lines", .number(lines)),
        ])
    }
}

extension ArchivedFile {
    fileprivate var node: JSONNode {
        var members: [(String, JSONNode)] = [
            ("path", .text(path)),
            ("bytes", .number(bytes)),
            ("sha256", .text(sha256)),
            ("uncompressed_bytes", .number(content.bytes)),
            ("uncompressed_sha256", .text(content.sha256)),
        ]
        if let slice {
            members.append(("slice", .array([.number(slice.lowerBound), .number(slice.count)])))
        }
        if let received {
            members.append(("received_bytes", .number(received.bytes)))
            members.append(("received_sha256", .text(received.sha256)))
        }
        members += [
            ("lines", .number(lines)),
            ("codec", codec.node),
            // Pairs of compressed offset and first line.
            ("members", .array(self.members.map { .array([.number($0.offset), .number($0.firstLine)]) })),
        ]
        return .object(members)
    }
}

extension CodecRecord {
    var node: JSONNode {
        .object([
            ("name", .text(name)),
            ("level", .number(level)),
            ("version", .optional(version)),
            ("library_sha256", .optional(librarySHA256)),
        ])
    }
}

extension RejectedLine {
    fileprivate var node: JSONNode {
        .object([
            ("line_number", .number(lineNumber)),
            ("byte_offset", .number(byteOffset)),
            ("reason", .text(reason)),
        ])
    }
}
