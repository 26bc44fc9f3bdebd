package import BatchArchive
import BatchPipeline
package import BlockGzip
package import JSONLines
import MessageBatches

/// Data that a result is joined with under one name, such as its request.
package struct JoinedMatch: Sendable, Hashable {
    /// `request`, or the name of the metadata source or column.
    package var name: String
    /// The data as in the source.
    package var json: [UInt8]
}

/// Finds the data to join with single results, in sources or in the archive's joined files.
package struct JoinedMatches {
    private let folder: ArchiveFolder
    private let sources: PreparedJoin?
    private let codec: any MemberCodec

    /// Without `sources`, the joined files of the archive are searched.
    package init(in folder: ArchiveFolder, sources: PreparedJoin?, codec: any MemberCodec) {
        self.folder = folder
        self.sources = sources
        self.codec = codec
    }

    /// The data for the result whose line is the only one in a block; empty if nothing has its ID.
    ///
    /// - Throws: ``JoinFailure`` if a source cannot be read, ``ArchiveFailure`` if a joined file cannot be read.
    package func matches(of line: LineBlock, in manifest: Manifest) throws -> [JoinedMatch] {
        let row = try sources.map { try joinedRow(of: line, with: $0, manifest) } ?? storedRow(of: line, manifest)
        return row.map(Self.matches) ?? []
    }

    private func joinedRow(of line: LineBlock, with sources: PreparedJoin, _ manifest: Manifest) throws -> [UInt8]? {
        let relations = try sources.relations(ofBatch: manifest.batch.id)
        guard !relations.isEmpty else { return nil }
        return try Joiner(kind: .left, form: .ndjson, relations: relations, manifest: manifest).join(line).rows
    }

    /// The row in the joined file with the ID of the line.
    ///
    /// Joined rows have the order of the results, so the search begins at the member with about the same line number.
    private func storedRow(of line: LineBlock, _ manifest: Manifest) throws -> [UInt8]? {
        guard let file = manifest.files[.joined], let id = Self.customID(of: line.bytes[...]) else { return nil }
        let reader = try MemberReader(file, in: folder, codec: codec)
        let likely = reader.member(holdingLine: line.firstLine)
        let others = reader.members.indices.filter { $0 != likely }
        for member in (likely.map { [$0] } ?? []) + others {
            let rows = try reader.content(ofMember: member).split(separator: 0x0A)
            if let row = rows.first(where: { Self.customID(of: $0) == id }) { return Array(row) }
        }
        return nil
    }

    private static let idKeys = JSONKeyTable(["custom_id"])

    /// The decoded bytes of the `custom_id`, by which lines and rows are compared.
    static func customID(of line: ArraySlice<UInt8>) -> [UInt8]? {
        JSONCursor.read(Array(line)) { cursor in
            var id: [UInt8]?
            do throws(JSONSyntaxError) {
                try cursor.beginObject()
                while let key = try cursor.nextKey() {
                    if cursor.index(of: key, in: idKeys) == nil {
                        try cursor.skipValue()
                    } else {
                        id = try cursor.string().map { cursor.keyBytes($0) }
                    }
                }
            } catch {
                // A damaged row matches no line.
                return nil
            }
            return id
        }
    }

    /// The members of a joined row that come from the result itself.
    private static let ownKeys = JSONKeyTable(FlatSchema.columns.map(\.name) + ["result"])

    private static func matches(in row: [UInt8]) -> [JoinedMatch] {
        JSONCursor.read(row) { cursor in
            var matches: [JoinedMatch] = []
            do throws(JSONSyntaxError) {
                try cursor.beginObject()
                while let key = try cursor.nextKey() {
                    let isOwn = cursor.index(of: key, in: ownKeys) != nil
                    let name = cursor.text(key)
                    if try cursor.consumeNull() { continue }
                    let value = try cursor.skipValue()
                    if !isOwn { matches.append(JoinedMatch(name: name, json: cursor.bytes(value))) }
                }
            } catch {
                return []
            }
            return matches
        }
    }
}
