package import BlockGzip
package import JSONLines

/// Reads the lines of many batches, a gzip member at a time, several members at once.
///
/// At most `inFlight` members are held, so memory does not grow with the archive.
package struct ArchiveScan: Sendable {
    private let folder: ArchiveFolder
    private let codec: any MemberCodec
    private let inFlight: Int
    /// Whether results are handed on in archive order; otherwise as they are ready.
    private let isOrdered: Bool
    private let kind: DataKind

    package init(
        _ folder: ArchiveFolder,
        of kind: DataKind = .raw,
        codec: any MemberCodec,
        inFlight: Int,
        isOrdered: Bool = true
    ) {
        self.kind = kind
        self.folder = folder
        self.codec = codec
        self.inFlight = inFlight
        self.isOrdered = isOrdered
    }

    /// Runs `work` on every block of the batches' files, in parallel, and hands its results to `take`, one at a time.
    ///
    /// A member that cannot be read is handed to `damaged` with the manifest of its batch, and the scan goes on behind it: the manifest tells where the next
    /// one begins. `take` returns whether more is wanted.
    package func run<Output: Sendable>(
        _ manifests: [Manifest],
        work: @escaping @Sendable (LineBlock, Manifest) -> Output,
        take: (Output) throws -> Bool,
        damaged: (ArchiveFailure, Manifest) -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: (Int, ScanPart, Result<Output, ArchiveFailure>).self) { group in
            var parts = ScanParts(manifests, kind, in: folder, codec: codec)
            var early: [Int: (part: ScanPart, result: Result<Output, ArchiveFailure>)] = [:]
            var (started, finished, taken) = (0, 0, 0)
            while true {
                while started - (isOrdered ? taken : finished) < inFlight, let part = parts.next() {
                    group.addTask { [number = started] in (number, part, part.run(work)) }
                    started += 1
                }
                guard let (number, part, result) = try await group.next() else { break }
                finished += 1
                try Task.checkCancellation()
                early[isOrdered ? number : taken] = (part, result)
                while let next = early.removeValue(forKey: taken) {
                    taken += 1
                    switch next.result {
                    case .failure(let failure): damaged(failure, next.part.manifest)
                    case .success(let output):
                        guard try take(output) else { return group.cancelAll() }
                    }
                }
            }
        }
    }
}

/// One member to read, or the reason why there is none.
private struct ScanPart: Sendable {
    var manifest: Manifest
    var reader: Result<MemberReader, ArchiveFailure>
    var member: Int

    func run<Output>(_ work: (LineBlock, Manifest) -> Output) -> Result<Output, ArchiveFailure> {
        reader.flatMap { reader in
            do throws(ArchiveFailure) {
                let block = LineBlock(
                    wholeLines: try reader.content(ofMember: member),
                    sequence: member,
                    firstLine: reader.firstLines[member],
                    // Only the start of a file matters: there may be a byte order mark.
                    byteOffset: reader.members[member].lowerBound
                )
                return .success(work(block, manifest))
            } catch {
                return .failure(error)
            }
        }
    }
}

/// The members of all files in order; a file is opened when its first member is due.
private struct ScanParts: IteratorProtocol {
    private let kind: DataKind
    private let folder: ArchiveFolder
    private let codec: any MemberCodec
    private var manifests: ArraySlice<Manifest>
    private var current: (manifest: Manifest, reader: MemberReader)?
    private var member = 0

    init(_ manifests: [Manifest], _ kind: DataKind, in folder: ArchiveFolder, codec: any MemberCodec) {
        self.kind = kind
        self.folder = folder
        self.codec = codec
        self.manifests = manifests[...]
    }

    mutating func next() -> ScanPart? {
        while true {
            if let current, member < current.reader.members.count {
                defer { member += 1 }
                return ScanPart(manifest: current.manifest, reader: .success(current.reader), member: member)
            }
            guard let manifest = manifests.popFirst() else { return nil }
            guard let file = manifest.files[kind] else { continue }
            do throws(ArchiveFailure) {
                current = (manifest, try MemberReader(file, in: folder, codec: codec))
                member = 0
            } catch {
                current = nil
                return ScanPart(manifest: manifest, reader: .failure(error), member: 0)
            }
        }
    }
}
