import BlockGzip
import JSONLines
import MessageBatches

extension ArchivedFile {
    private static let keys = JSONKeyTable([
        "path", "bytes", "sha256", "uncompressed_bytes", "uncompressed_sha256", "received_bytes", "received_sha256",
        "lines", "codec", "members", "slice",
    ])

    /// Reads an entry of `files`; nil if it lacks something or its path leads out of the archive.
    init?(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        var texts: [Int: String] = [:]
        var numbers: [Int: Int] = [:]
        var codec: CodecRecord?
        var members: [MemberEntry]?
        var slice: Range<Int>?
        try cursor.members(Self.keys) { key, cursor throws(JSONSyntaxError) in
            switch key {
            case 0, 2, 4, 6: texts[key] = try cursor.optionalText()
            case 8: codec = try CodecRecord(&cursor)
            case 9: members = try Self.members(&cursor)
            case 10: slice = try Self.slice(&cursor)
            default: numbers[key] = try cursor.optionalNumber()
            }
        }
        guard
            let path = texts[0], Self.staysInside(path), let bytes = numbers[1], let sha256 = texts[2],
            let contentBytes = numbers[3], let contentSHA256 = texts[4], let lines = numbers[7],
            let codec, let members
        else { return nil }
        self.init(
            path: path,
            bytes: bytes,
            sha256: sha256,
            content: Extent(bytes: contentBytes, sha256: contentSHA256),
            lines: lines,
            codec: codec,
            members: members
        )
        self.slice = slice
        if let receivedBytes = numbers[5], let receivedSHA256 = texts[6] {
            received = Extent(bytes: receivedBytes, sha256: receivedSHA256)
        }
    }

    /// A manifest put in by hand must not lead out of the archive.
    private static func staysInside(_ path: String) -> Bool {
        !path.isEmpty
            && path.split(separator: "/", omittingEmptySubsequences: false)
                .allSatisfy { !["", ".", ".."].contains($0) }
    }

    /// Offset and length; nil for anything else.
    private static func slice(_ cursor: inout JSONCursor) throws(JSONSyntaxError) -> Range<Int>? {
        var pair: [Int] = []
        try cursor.elements { cursor throws(JSONSyntaxError) in
            pair.append(try cursor.optionalNumber() ?? -1)
        }
        return pair.count == 2 && pair.allSatisfy { $0 >= 0 } ? pair[0]..<(pair[0] + pair[1]) : nil
    }

    /// The member table, or nil if an entry is no pair of numbers.
    private static func members(_ cursor: inout JSONCursor) throws(JSONSyntaxError) -> [MemberEntry]? {
        var entries: [MemberEntry] = []
        var isWhole = true
        try cursor.elements { cursor throws(JSONSyntaxError) in
            var pair: [Int] = []
            try cursor.elements { cursor throws(JSONSyntaxError) in
                if let number = try cursor.optionalNumber() { pair.append(number) }
            }
            if pair.count == 2 {
                entries.append(MemberEntry(offset: pair[0], firstLine: pair[1]))
            } else {
                isWhole = false
            }
        }
        return isWhole ? entries : nil
    }
}

extension CodecRecord {
    /// What manifests record of a codec; reads the library's file for its digest.
    init(of codec: any MemberCodec) throws(ArchiveFailure) {
        let identity = codec.identity
        self.init(name: identity.name, level: identity.level, version: identity.version)
        if let path = identity.libraryPath {
            librarySHA256 = try ContentDigest.file(OpenFile(path, .reading)).hex
        }
    }

    private static let keys = JSONKeyTable(["name", "level", "version", "library_sha256"])

    /// Reads a codec; nil if name or level is missing.
    init?(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        var texts: [Int: String] = [:]
        var level: Int?
        try cursor.members(Self.keys) { key, cursor throws(JSONSyntaxError) in
            if key == 1 {
                level = try cursor.optionalNumber()
            } else {
                texts[key] = try cursor.optionalText()
            }
        }
        guard let name = texts[0], let level else { return nil }
        self.init(name: name, level: level, version: texts[2], librarySHA256: texts[3])
    }
}

extension PrunedFile {
    private static let keys = JSONKeyTable(["pruned_at", "uncompressed_bytes", "uncompressed_sha256", "lines"])

    /// Reads an entry of `pruned`; nil if it lacks something.
    init?(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        var texts: [Int: String] = [:]
        var numbers: [Int: Int] = [:]
        try cursor.members(Self.keys) { key, cursor throws(JSONSyntaxError) in
            if key == 0 || key == 2 {
                texts[key] = try cursor.optionalText()
            } else {
                numbers[key] = try cursor.optionalNumber()
            }
        }
        guard let prunedAt = texts[0].flatMap({ Timestamp($0) }), let sha256 = texts[2], let bytes = numbers[1],
            let lines = numbers[3]
        else { return nil }
        self.init(prunedAt: prunedAt, content: ArchivedFile.Extent(bytes: bytes, sha256: sha256), lines: lines)
    }
}
