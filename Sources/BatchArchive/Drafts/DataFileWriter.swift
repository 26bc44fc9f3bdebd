import BlockGzip

/// Writes one data file of a draft and collects its description for the manifest.
///
/// The file is created with the first member, so a batch without results has no file.
package struct DataFileWriter: ~Copyable {
    let kind: DataKind
    /// Relative to the archive.
    let path: String
    private let folder: ArchiveFolder
    private var file: OpenFile?
    private var stored = ContentDigest()
    private var content = ContentDigest()
    /// The content without the newline that was added to its last line.
    private var unterminated: ContentDigest?
    private var lines = 0
    package private(set) var members: [ArchivedFile.MemberEntry] = []

    package init(_ kind: DataKind, at path: String, in folder: ArchiveFolder) {
        self.kind = kind
        self.path = path
        self.folder = folder
    }

    /// The bytes as received: the content without an added newline.
    var received: ContentDigest { unterminated ?? content }

    /// The number of bytes on the disk.
    package var storedBytes: Int { stored.bytes }

    /// Appends a member to the file.
    ///
    /// `piece` is its content: `lineCount` whole lines. `endsUnterminated` means that the last newline was added and
    /// not received.
    package mutating func append(
        _ member: [UInt8],
        content piece: [UInt8],
        lineCount: Int,
        endsUnterminated: Bool = false
    ) throws(ArchiveFailure) {
        if file == nil { file = try folder.open(path, .creating) }
        try file?.write(member.span)
        count(member, content: piece, lineCount: lineCount, endsUnterminated: endsUnterminated)
    }

    private mutating func count(_ member: [UInt8], content piece: [UInt8], lineCount: Int, endsUnterminated: Bool) {
        members.append(ArchivedFile.MemberEntry(offset: stored.bytes, firstLine: lines + 1))
        stored.update(member)
        lines += lineCount
        if endsUnterminated {
            content.update(piece.dropLast())
            unterminated = content
            content.update(piece.suffix(1))
        } else {
            content.update(piece)
        }
    }

    /// Reads the compressed bytes of one member.
    func member(_ index: Int) throws(ArchiveFailure) -> [UInt8] {
        let start = members[index].offset
        let end = index + 1 < members.count ? members[index + 1].offset : stored.bytes
        return try file?.read(at: start, count: end - start) ?? []
    }

    /// Closes the file; the description remains available.
    package mutating func close() {
        file = nil
    }

    /// Describes the file for the manifest, with `path` as its final path; nil if there is no file.
    package func description(at path: String, codec: CodecRecord) -> ArchivedFile? {
        guard !members.isEmpty else { return nil }
        let received = kind == .raw ? self.received : nil
        return ArchivedFile(
            path: path,
            bytes: stored.bytes,
            sha256: stored.hex,
            content: ArchivedFile.Extent(bytes: content.bytes, sha256: content.hex),
            received: received.map { ArchivedFile.Extent(bytes: $0.bytes, sha256: $0.hex) },
            lines: lines,
            codec: codec,
            members: members
        )
    }
}

/// Resuming a file that an earlier run began.
extension DataFileWriter {
    /// A member that the file already contains.
    struct StoredMember {
        var bytes: [UInt8]
        var content: [UInt8]
    }

    /// Reads the member that follows the counted ones and ends at `end`; nil if the file does not contain all of it.
    mutating func storedMember(to end: Int, codec: any MemberCodec) throws(ArchiveFailure) -> StoredMember? {
        try openAgain()
        guard let bytes = try file?.read(at: stored.bytes, count: end - stored.bytes) else { return nil }
        guard let content = try? codec.content(of: bytes.span) else { return nil }
        return StoredMember(bytes: bytes, content: content)
    }

    /// Counts a stored member as if it had just been written.
    mutating func accept(_ member: StoredMember, lineCount: Int) {
        count(member.bytes, content: member.content, lineCount: lineCount, endsUnterminated: false)
    }

    /// Truncates the file after the counted members, so that the next one is appended there.
    package mutating func truncateUncounted() throws(ArchiveFailure) {
        try openAgain()
        if members.isEmpty {
            file = nil
            try folder.remove(path)
        } else {
            try file?.truncate(to: stored.bytes)
        }
    }

    private mutating func openAgain() throws(ArchiveFailure) {
        guard file == nil, try folder.status(path) != nil else { return }
        file = try folder.open(path, .extending)
    }
}
