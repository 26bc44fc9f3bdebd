import BatchPipeline
package import BlockGzip
package import JSONLines

/// Reads the lines of many batches concurrently, one gzip member at a time.
///
/// It holds at most `inFlight` members, or `inFlight` groups of small ones, so memory does not depend on the size of
/// the archive.
package struct ArchiveScan: Sendable {
    private let folder: ArchiveFolder
    private let codec: any MemberCodec
    private let inFlight: Int
    /// Whether results are passed on in the order of the archive; otherwise as soon as they are available.
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

    /// Runs `work` on every block of the batches' files concurrently, and passes its results to `consume`, one at a time.
    ///
    /// A member that cannot be read is passed to `damaged` with the manifest of its batch. The scan continues with the
    /// next member, whose position is in the manifest. `consume` returns false to stop the scan.
    package func run<Output: Sendable>(
        _ manifests: [Manifest],
        work: @escaping @Sendable (LineBlock, Manifest) -> Output,
        consume: (Output) throws -> Bool,
        damaged: (ArchiveFailure, Manifest) -> Void
    ) async throws {
        var parts = ScanParts(manifests, kind, in: folder, codec: codec)
        try await mapConcurrently(limit: inFlight, order: isOrdered ? .input : .completion) { () async throws in
            parts.nextParts()
        } work: { (scanGroup: [ScanPart]) async throws in
            scanGroup.map { $0.run(in: folder, codec: codec, work) }
        } consume: { (results: [ScannedPart<Output>]) async throws in
            try Task.checkCancellation()
            for part in results {
                switch part.result {
                case .failure(let failure): damaged(failure, part.manifest)
                case .success(let output):
                    guard try consume(output) else { return .stop }
                }
            }
            return .proceed
        }
    }
}

/// A member to read.
private struct ScanPart: Sendable {
    let manifest: Manifest
    let file: ArchivedFile
    /// Nil for the only member of a file.
    ///
    /// Such a file is opened when it is read, because many of them may wait.
    let reader: MemberReader?
    let member: Int

    /// The approximate size in compressed bytes.
    var bytes: Int { (file.slice?.count ?? file.bytes) / max(1, file.members.count) }

    /// Runs `work` on the member; the result is an error if the member cannot be read.
    func run<Output>(
        in folder: ArchiveFolder,
        codec: any MemberCodec,
        _ work: (LineBlock, Manifest) -> Output
    ) -> ScannedPart<Output> {
        do throws(ArchiveFailure) {
            let reader = if let reader { reader } else { try MemberReader(file, in: folder, codec: codec) }
            let block = LineBlock(
                wholeLines: try reader.content(ofMember: member),
                sequence: member,
                firstLine: reader.firstLines[member],
                // Only the value 0 matters: a byte order mark may be at the start of a file.
                byteOffset: reader.members[member].lowerBound
            )
            return ScannedPart(manifest: manifest, result: .success(work(block, manifest)))
        } catch {
            return ScannedPart(manifest: manifest, result: .failure(error))
        }
    }
}

/// The result of reading a member.
private struct ScannedPart<Output: Sendable>: Sendable {
    let manifest: Manifest
    let result: Result<Output, ArchiveFailure>
}

/// An iterator over the members of all files, in order.
private struct ScanParts {
    /// The compressed bytes and members that one task reads, at most.
    private static let (bytesPerTask, membersPerTask) = (32_768, 32)

    private let kind: DataKind
    private let folder: ArchiveFolder
    private let codec: any MemberCodec
    private var manifests: ArraySlice<Manifest>
    private var current: (manifest: Manifest, file: ArchivedFile, reader: MemberReader)?
    private var member = 0

    init(_ manifests: [Manifest], _ kind: DataKind, in folder: ArchiveFolder, codec: any MemberCodec) {
        self.kind = kind
        self.folder = folder
        self.codec = codec
        self.manifests = manifests[...]
    }

    /// Returns one member or several small ones, which would not justify a task each; nil at the end.
    mutating func nextParts() -> [ScanPart]? {
        var scanGroup: [ScanPart] = []
        var bytes = 0
        while bytes < Self.bytesPerTask, scanGroup.count < Self.membersPerTask, let part = next() {
            scanGroup.append(part)
            bytes += part.bytes
        }
        return scanGroup.isEmpty ? nil : scanGroup
    }

    private mutating func next() -> ScanPart? {
        while true {
            if let current, member < current.reader.members.count {
                defer { member += 1 }
                return ScanPart(manifest: current.manifest, file: current.file, reader: current.reader, member: member)
            }
            current = nil
            guard let manifest = manifests.popFirst() else { return nil }
            guard let file = manifest.files[kind], !file.members.isEmpty else { continue }
            if file.members.count > 1, let reader = try? MemberReader(file, in: folder, codec: codec) {
                (current, member) = ((manifest, file, reader), 0)
            } else {
                // If a file with several members cannot be opened, reading its first member reports the error.
                return ScanPart(manifest: manifest, file: file, reader: nil, member: 0)
            }
        }
    }
}
