import BatchPipeline
import JSONLines
import BlockGzip
import MessageBatches

/// The joined files of one batch in `_partial`, until they are published.
///
/// Used by one task; files are open only while something is written.
final class JoinDraft {
    let manifest: Manifest
    let paths: ArchivePaths
    private let folder: ArchiveFolder
    private let codec: any MemberCodec
    private var joined: DataFileWriter
    private var unmatched: DataFileWriter
    private var pending = (rows: Lines(), orphans: Lines())
    /// By side.
    var sides: [JoinReport.Side] = []
    private(set) var rowCount = 0

    /// Lines that wait until there are enough of them for a member.
    private struct Lines {
        var bytes: [UInt8] = []
        var count = 0
    }

    /// A member of about this size is worth its header.
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

    /// Writes the rows of one block, compressed already.
    func append(_ block: JoinedBlock, member: [UInt8]) throws {
        rowCount += block.rowCount
        if !member.isEmpty { try joined.append(member, content: block.rows, lineCount: block.rowCount) }
        pending.orphans.bytes += block.orphans
        pending.orphans.count += block.orphanCount
        if pending.orphans.bytes.count >= Self.memberSize { try writeOrphans() }
    }

    /// Adds what a row without a result gives.
    func append(row: [UInt8]?, orphan: [UInt8]) throws {
        pending.orphans.bytes += orphan
        pending.orphans.count += 1
        if pending.orphans.bytes.count >= Self.memberSize { try writeOrphans() }
        guard let row else { return }
        rowCount += 1
        pending.rows.bytes += row
        pending.rows.count += 1
        if pending.rows.bytes.count >= Self.memberSize { try writeRows() }
    }

    /// Writes what waits and closes the files; more can be appended all the same.
    func close() throws {
        try writeRows()
        try writeOrphans()
        joined.close()
        unmatched.close()
    }

    private func writeRows() throws {
        try Self.write(&pending.rows, to: &joined, codec)
    }

    private func writeOrphans() throws {
        try Self.write(&pending.orphans, to: &unmatched, codec)
    }

    private static func write(_ lines: inout Lines, to file: inout DataFileWriter, _ codec: any MemberCodec) throws {
        guard lines.count > 0 else { return }
        // After a close the file is opened again behind what it holds.
        if !file.members.isEmpty { try file.cutOffTheRest() }
        try file.append(codec.member(holding: lines.bytes.span), content: lines.bytes, lineCount: lines.count)
        lines = Lines()
    }
}

// MARK: The end

extension JoinDraft {
    /// What is left to make the joined files visible; nil if the archive holds the same already.
    ///
    /// Closes the files.
    func publication(_ record: JoinRecord, codec: CodecRecord) throws -> Publication? {
        try close()
        var next = manifest
        next.files[.joined] = joined.description(at: paths.data(.joined), codec: codec)
        next.files[.unmatched] = unmatched.description(at: paths.data(.unmatched), codec: codec)
        next.join = record.json
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

    /// Bytes on disk.
    var storedBytes: Int { joined.storedBytes + unmatched.storedBytes }

    /// Removes the files of an earlier join that the new one has not replaced.
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

/// How a batch was joined and what came of it, as its manifest tells.
struct JoinRecord {
    var kind: JoinKind
    var form: JoinForm
    var sides: [JoinReport.Side]

    var json: [UInt8] {
        let node = JSONNode.object([
            ("type", .text(kind.rawValue)),
            ("output", .text(form.rawValue)),
            ("sources", .array(sides.map { $0.node })),
        ])
        return node.line.dropLast()
    }
}

extension JoinReport.Side {
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
