package import BatchArchive
import BatchPipeline
package import BlockGzip
package import JSONLines
import MessageBatches

/// What a result is joined with under one name, such as its request.
package struct JoinedPartner: Sendable, Hashable {
    /// `request`, or the name of the metadata source or column.
    package var name: String
    /// As it stands in the source.
    package var json: [UInt8]
}

/// Finds what single results are joined with: in sources, else in the archive's joined files.
package struct JoinedPartners {
    private let folder: ArchiveFolder
    private let sources: PreparedJoin?
    private let codec: any MemberCodec

    /// Without sources the joined files are looked into.
    package init(in folder: ArchiveFolder, sources: PreparedJoin?, codec: any MemberCodec) {
        self.folder = folder
        self.sources = sources
        self.codec = codec
    }

    /// The partners of the result whose line is the only one of a block; none where nothing has its id.
    ///
    /// - Throws: ``JoinFailure`` for a source, ``ArchiveFailure`` for a joined file that cannot be read.
    package func partners(of line: LineBlock, in manifest: Manifest) throws -> [JoinedPartner] {
        let row = try sources.map { try joinedRow(of: line, with: $0, manifest) } ?? storedRow(of: line, manifest)
        return row.map(Self.partners) ?? []
    }

    private func joinedRow(of line: LineBlock, with sources: PreparedJoin, _ manifest: Manifest) throws -> [UInt8]? {
        let relations = try sources.relations(ofBatch: manifest.batch.id)
        guard !relations.isEmpty else { return nil }
        return try Joiner(kind: .left, form: .ndjson, relations: relations, batch: manifest.batch).join(line).rows
    }

    /// The row of the joined file with the id of the line.
    ///
    /// Rows stand in the order of the results, so mostly in the member that begins with a line of about that number.
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

    /// The bytes by which the id of a line or row is compared.
    private static func customID(of line: ArraySlice<UInt8>) -> [UInt8]? {
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
                // A row that is damaged is nobody's.
                return nil
            }
            return id
        }
    }

    /// Members of a joined row that are neither the result's own nor null.
    private static let ownKeys = JSONKeyTable(FlatSchema.columns.map(\.name) + ["result"])

    private static func partners(in row: [UInt8]) -> [JoinedPartner] {
        JSONCursor.read(row) { cursor in
            var partners: [JoinedPartner] = []
            do throws(JSONSyntaxError) {
                try cursor.beginObject()
                while let key = try cursor.nextKey() {
                    let isOwn = cursor.index(of: key, in: ownKeys) != nil
                    let name = cursor.text(key)
                    if try cursor.consumeNull() { continue }
                    let value = try cursor.skipValue()
                    if !isOwn { partners.append(JoinedPartner(name: name, json: cursor.bytes(value))) }
                }
            } catch {
                return []
            }
            return partners
        }
    }
}
