package import BatchAnalytics
package import BatchArchive
package import BatchPipeline
import BlockGzip
import Foundation
import JSONLines
import MessageBatches

/// Progress of a search for a request.
package enum SearchEvent {
    /// The index does not exist or is damaged, so the raw files are read.
    case withoutIndex(isDamaged: Bool)
    /// These batches are about to be searched.
    case searching([Manifest])
    /// A file could not be read; the search continues without it.
    case unreadable(ArchiveFailure)
}

/// A line and the manifest of its batch.
package struct StoredLine: Sendable {
    package let line: FoundLine
    package let manifest: Manifest

    /// The path of the raw file, relative to the archive, and the index of the gzip member in it, from 0.
    package var place: (path: String, member: Int)? {
        guard let raw = manifest.files[.raw] else { return nil }
        let member = raw.members.lastIndex { $0.firstLine <= line.block.firstLine }
        return (raw.path, member ?? 0)
    }
}

/// Finds the result lines of a request, with the result index or, if there is none, in the raw files.
package struct RequestSearch {
    private let customID: String
    private let selection: ArchiveSelection
    private let ids: Set<String>?

    package init(customID: String, window: BatchWindow, ids: Set<String>?) {
        self.customID = customID
        self.ids = ids
        selection = ArchiveSelection(window, ids: ids)
    }

    /// Finds the lines in one archive, oldest batch first.
    package func lines(
        in folder: ArchiveFolder,
        observe: (SearchEvent) -> Void
    ) async throws -> [StoredLine] {
        let reader = try ArchiveReader(folder)
        var isDamaged = false
        guard let index = try IndexQuery(of: folder, whenDamaged: { isDamaged = true }) else {
            observe(.withoutIndex(isDamaged: isDamaged))
            return try await scan(try await reader.manifests(of: selection), in: folder, observe)
        }
        let differences = try await IndexDifferences(of: reader, in: index, ids: ids)
        recordRevised(differences, in: folder)
        let unread = differences.missing.map(\.manifest).filter { selection.contains($0.batch) }
        let listing = ArchiveReader.Listing(unread, unreadable: differences.unreadable)
        var found = try await scan(listing, in: folder, observe)
        let scanned = Set(unread.map(\.batch.id))
        for place in try index.places(ofCustomID: customID)
        where !scanned.contains(place.batchID) && ids?.contains(place.batchID) ?? true {
            guard let manifest = try reader.manifest(of: place.batchID, on: place.day),
                selection.contains(manifest.batch)
            else { continue }
            observe(.searching([manifest]))
            do {
                found += try lines(at: place.line, of: manifest, in: folder)
            } catch let failure as ArchiveFailure {
                observe(.unreadable(failure))
            }
        }
        return found.sorted { left, right in
            let (first, second) = (left.line.batch, right.line.batch)
            return (first.createdAt, first.id) < (second.createdAt, second.id)
        }
    }

    /// Reads the line at a place.
    ///
    /// The index may be older than the file, so a line with another ID is dropped.
    private func lines(at line: Int, of manifest: Manifest, in folder: ArchiveFolder) throws -> [StoredLine] {
        guard let raw = manifest.files[.raw] else { return [] }
        let reader = try MemberReader(raw, in: folder, codec: try CodecChoice.auto.codec())
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

    /// Records manifests that were written again for the same rows, so that the next search need not read them.
    ///
    /// This is skipped if the index cannot be written at once: the archive may be read-only, or the index may be busy.
    private func recordRevised(_ differences: IndexDifferences, in folder: ArchiveFolder) {
        guard !differences.revised.isEmpty, let index = try? ResultIndex.opened(in: folder) else { return }
        do {
            try index.beginUpdate()
            guard try IndexQuery(at: ResultIndex.path(in: folder)).stamps() == differences.known else { return }
            for entry in differences.revised { try index.revise(ResultIndex.Batch(entry)) }
            try index.endUpdate(without: [])
        } catch {
            return
        }
    }

    private func scan(
        _ listing: ArchiveReader.Listing,
        in folder: ArchiveFolder,
        _ observe: (SearchEvent) -> Void
    ) async throws -> [StoredLine] {
        for failure in listing.unreadable { observe(.unreadable(failure)) }
        observe(.searching(listing.manifests))
        let scan = ArchiveScan(
            folder,
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
            consume: { lines in
                found += lines
                return true
            },
            damaged: { failure, _ in observe(.unreadable(failure)) }
        )
        return found
    }
}
