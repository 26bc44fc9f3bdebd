import BatchAnalytics
import BatchArchive
import BatchCatalog
import BatchPipeline
import BlockGzip
import Foundation
import JSONLines
import MessageBatches

/// Finds the lines of a request: through the result index where there is one, else by reading the raw files.
struct RequestSearch {
    let customID: String
    let window: BatchWindow
    let ids: Set<String>?
    let context: CommandContext

    /// The lines of one archive, oldest batch first.
    func lines(in archive: ArchiveFolders.Entry, _ trouble: inout ScanErrors) async throws -> [StoredLine] {
        let reader = try ArchiveReader(archive.folder)
        guard let index = try IndexFilling.index(of: archive.folder) else {
            context.note("There is no index, so the raw files are read; batchkeep query makes one.")
            return try await scan(try await archive.manifests(window, ids: ids), in: archive, &trouble)
        }
        let gap = try await IndexGap(of: reader, in: index, ids: ids)
        IndexFilling(folder: archive.folder, context: context).keepRevised(gap)
        let selection = ArchiveSelection(window, ids: ids)
        let unread = gap.missing.map(\.manifest).filter { selection.contains($0.batch) }
        var found = try await scan(ArchiveReader.Listing(unread, unreadable: gap.unreadable), in: archive, &trouble)
        let scanned = Set(unread.map(\.batch.id))
        for place in try index.places(ofCustomID: customID)
        where !scanned.contains(place.batchID) && ids?.contains(place.batchID) ?? true {
            guard let manifest = try reader.manifest(of: place.batchID, on: place.day),
                selection.contains(manifest.batch)
            else { continue }
            trouble.notePruned([manifest])
            do {
                found += try lines(at: place.line, of: manifest, in: archive)
            } catch let failure as ArchiveFailure {
                trouble.report([failure])
            }
        }
        return found.sorted { left, right in
            let (first, second) = (left.line.batch, right.line.batch)
            return (first.createdAt, first.id) < (second.createdAt, second.id)
        }
    }

    /// The line at a place, if it has the id: the index may be older than the file.
    private func lines(at line: Int, of manifest: Manifest, in archive: ArchiveFolders.Entry) throws -> [StoredLine] {
        guard let raw = manifest.files[.raw] else { return [] }
        let reader = try MemberReader(raw, in: archive.folder, codec: try CodecChoice.auto.codec())
        guard let member = reader.member(holdingLine: line) else { return [] }
        let block = LineBlock(
            wholeLines: try reader.content(ofMember: member),
            sequence: member,
            firstLine: reader.firstLines[member],
            byteOffset: reader.members[member].lowerBound
        )
        return FoundLine.lines(withCustomID: customID, in: block, of: manifest.batch)
            .map { StoredLine(line: $0, manifest: manifest) }
    }

    private func scan(
        _ listing: ArchiveReader.Listing,
        in archive: ArchiveFolders.Entry,
        _ trouble: inout ScanErrors
    ) async throws -> [StoredLine] {
        trouble.report(listing.unreadable)
        trouble.notePruned(listing.manifests)
        let scan = ArchiveScan(
            archive.folder,
            codec: try CodecChoice.auto.codec(),
            inFlight: 4 * ProcessInfo.processInfo.activeProcessorCount
        )
        var found: [StoredLine] = []
        try await scan.run(
            listing.manifests,
            work: { [customID] block, manifest in
                FoundLine.lines(withCustomID: customID, in: block, of: manifest.batch)
                    .map { StoredLine(line: $0, manifest: manifest) }
            },
            take: { lines in
                found += lines
                return true
            },
            damaged: { failure, _ in trouble.report([failure]) }
        )
        return found
    }
}

/// A line and the manifest of its batch.
struct StoredLine: Sendable {
    let line: FoundLine
    let manifest: Manifest
    /// What it is joined with, such as its request.
    var partners: [JoinedPartner] = []

    /// Where the line lies, relative to the archive: the raw file and the gzip member in it, from 0.
    var place: (path: String, member: Int)? {
        guard let raw = manifest.files[.raw] else { return nil }
        let member = raw.members.lastIndex { $0.firstLine <= line.block.firstLine }
        return (raw.path, member ?? 0)
    }
}
