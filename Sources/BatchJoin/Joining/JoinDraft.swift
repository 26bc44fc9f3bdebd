import BatchArchive
import BlockGzip
import JSONLines
import MessageBatches

/// The joined files of one batch, kept in `_partial` until they are published.
///
/// Used by one task. Files are open only during writes.
final class JoinDraft {
    let manifest: Manifest
    let paths: ArchivePaths
    private let folder: ArchiveFolder
    private let codec: any MemberCodec
    private var joined: DataFileWriter
    private var unmatched: DataFileWriter
    private var pending = (rows: Lines(), unmatched: Lines())
    var relations: [JoinReport.Relation] = []
    private(set) var rowCount = 0

    /// Lines that are collected until they fill a gzip member.
    private struct Lines {
        var bytes: [UInt8] = []
        var count = 0
    }

    /// The approximate size of a member in bytes; smaller members compress less well.
    private static let memberSize = 1_048_576

    init(_ manifest: Manifest, in folder: ArchiveFolder, codec: any MemberCodec) throws(ArchiveFailure) {
        self.manifest = manifest
        self.folder = folder
        self.codec = codec
        paths = try ArchivePaths(of: manifest.batch)
        try folder.makeFolder(ArchivePaths.partial)
        for path in [paths.draftManifest, paths.draft(.joined), paths.draft(.unmatched)] { try folder.remove(path) }
        joined = DataFileWriter(.joined, at: paths.draft(.joined), in: folder)
        unmatched = DataFileWriter(.unmatched, at: paths.draft(.unmatched), in: folder)
    }

    /// Appends the rows of one block, given as a compressed member.
    func append(_ block: JoinedBlock, member: [UInt8]) throws {
        for index in relations.indices { relations[index].tally += block.tallies[index] }
        rowCount += block.rowCount
        if !member.isEmpty { try joined.append(member, content: block.rows, lineCount: block.rowCount) }
        pending.unmatched.bytes += block.unmatched
        pending.unmatched.count += block.unmatchedCount
        if pending.unmatched.bytes.count >= Self.memberSize { try writeUnmatched() }
    }

    private func append(row: [UInt8]?, unmatched line: [UInt8]) throws {
        pending.unmatched.bytes += line
        pending.unmatched.count += 1
        if pending.unmatched.bytes.count >= Self.memberSize { try writeUnmatched() }
        guard let row else { return }
        rowCount += 1
        pending.rows.bytes += row
        pending.rows.count += 1
        if pending.rows.bytes.count >= Self.memberSize { try writeRows() }
    }

    /// Writes pending lines and closes the files.
    ///
    /// Later writes open them again.
    func close() throws {
        try writeRows()
        try writeUnmatched()
        joined.close()
        unmatched.close()
    }

    private func writeRows() throws {
        try Self.write(&pending.rows, to: &joined, codec)
    }

    private func writeUnmatched() throws {
        try Self.write(&pending.unmatched, to: &unmatched, codec)
    }

    private static func write(_ lines: inout Lines, to file: inout DataFileWriter, _ codec: any MemberCodec) throws {
        guard lines.count > 0 else { return }
        // After a close the file is opened again at its end.
        if !file.members.isEmpty { try file.truncateUncounted() }
        try file.append(codec.member(holding: lines.bytes.span), content: lines.bytes, lineCount: lines.count)
        lines = Lines()
    }
}

// MARK: Publishing

extension JoinDraft {
    /// The step that publishes the joined files; nil if the archive already contains the same files.
    ///
    /// Closes the files.
    func publication(_ settings: JoinSettings) throws -> Publication? {
        try close()
        let codec = try CodecRecord(of: settings.codec)
        var next = manifest
        next.files[.joined] = joined.description(at: paths.data(.joined), codec: codec)
        next.files[.unmatched] = unmatched.description(at: paths.data(.unmatched), codec: codec)
        next.join = record(settings)
        next.isJoinPending = false
        guard next != manifest else {
            try discard()
            return nil
        }
        next.revision += 1
        let kinds = [DataKind.joined, .unmatched].filter { next.files[$0] != nil }
        return Publication(
            moves: kinds.map { Publication.Move(from: paths.draft($0), to: paths.data($0)) },
            document: Publication.Move(from: paths.draftManifest, to: paths.manifest),
            text: next.json
        )
    }

    /// The size of the files on disk, in bytes.
    var storedBytes: Int { joined.storedBytes + unmatched.storedBytes }

    /// Removes files of an earlier join if the new join has no such file.
    func removeOutdated() throws(ArchiveFailure) {
        if joined.members.isEmpty { try folder.remove(paths.data(.joined)) }
        if unmatched.members.isEmpty { try folder.remove(paths.data(.unmatched)) }
    }

    func discard() throws(ArchiveFailure) {
        joined.close()
        unmatched.close()
        for path in [paths.draft(.joined), paths.draft(.unmatched)] { try folder.remove(path) }
    }
}

extension JoinDraft {
    /// The settings and counts of the join, as the manifest stores them.
    private func record(_ settings: JoinSettings) -> [UInt8] {
        let node = JSONNode.object([
            ("type", .text(settings.kind.rawValue)),
            ("output", .text(settings.form.rawValue)),
            ("sources", .array(relations.map(\.node))),
        ])
        return node.line.dropLast()
    }

    /// Appends a row of a source that has no result.
    func append(
        _ row: JoinRow,
        _ content: () -> JoinContent,
        ofRelation index: Int,
        _ relation: JoinRelation,
        _ joiner: Joiner
    ) throws {
        relations[index].tally.rowsWithoutResult += 1
        let joined =
            joiner.kind == .missing ? try joiner.rowWithoutResult(row, content: content(), ofRelation: index) : nil
        try append(row: joined, unmatched: joiner.unmatchedLine(row, of: relation))
    }
}

extension JoinReport.Relation {
    fileprivate var node: JSONNode {
        .object([
            ("name", .text(name)),
            ("matched", .number(tally.matched)),
            ("results_without_request", .number(tally.resultsWithoutRow)),
            ("requests_without_result", .number(tally.rowsWithoutResult)),
            ("duplicate_keys", .number(duplicateKeys)),
            ("skipped_rows", .number(skippedRows)),
        ])
    }
}
