package import BlockGzip
import JSONLines
import MessageBatches

extension ArchivedFile {
    private enum Key: String, CaseIterable {
        case path, bytes, sha256
        case contentBytes = "uncompressed_bytes"
        case contentSHA256 = "uncompressed_sha256"
        case receivedBytes = "received_bytes"
        case receivedSHA256 = "received_sha256"
        case lines, codec, members, slice
    }

    private static let keys = JSONKeys<Key>()

    /// Reads an entry of `files`; nil if it is incomplete or its path leads out of the archive.
    init?(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        var texts: [Key: String] = [:]
        var numbers: [Key: Int] = [:]
        var codec: CodecRecord?
        var members: [MemberEntry]?
        var slice: Range<Int>?
        try cursor.members(Self.keys) { key, cursor throws(JSONSyntaxError) in
            switch key {
            case .path, .sha256, .contentSHA256, .receivedSHA256: texts[key] = try cursor.optionalText()
            case .bytes, .contentBytes, .receivedBytes, .lines: numbers[key] = try cursor.optionalNumber()
            case .codec: codec = try CodecRecord(&cursor)
            case .members: members = try Self.members(&cursor)
            case .slice: slice = try Self.slice(&cursor)
            }
        }
        guard
            let path = texts[.path], Self.staysInside(path), let bytes = numbers[.bytes], let sha256 = texts[.sha256],
            let contentBytes = numbers[.contentBytes], let contentSHA256 = texts[.contentSHA256],
            let lines = numbers[.lines],
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
        if let receivedBytes = numbers[.receivedBytes], let receivedSHA256 = texts[.receivedSHA256] {
            received = Extent(bytes: receivedBytes, sha256: receivedSHA256)
        }
    }

    /// Returns whether a path stays inside the archive; an edited manifest or list could name a path outside.
    static func staysInside(_ path: String) -> Bool {
        !path.isEmpty
            && path.split(separator: "/", omittingEmptySubsequences: false)
                .allSatisfy { !["", ".", ".."].contains($0) }
    }

    /// Reads offset and length; nil for anything else.
    private static func slice(_ cursor: inout JSONCursor) throws(JSONSyntaxError) -> Range<Int>? {
        var pair: [Int] = []
        try cursor.elements { cursor throws(JSONSyntaxError) in
            pair.append(try cursor.optionalNumber() ?? -1)
        }
        return pair.count == 2 && pair.allSatisfy { $0 >= 0 } ? pair[0]..<(pair[0] + pair[1]) : nil
    }

    /// Reads the member table; nil if an entry is not a pair of numbers.
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
    private enum Key: String, CaseIterable {
        case name, level, version
        case librarySHA256 = "library_sha256"
    }

    private static let keys = JSONKeys<Key>()

    /// Creates the record of a codec; reads the library's file for its digest.
    package init(of codec: any MemberCodec) throws(ArchiveFailure) {
        let identity = codec.identity
        self.init(name: identity.name, level: identity.level, version: identity.version)
        if let path = identity.libraryPath {
            librarySHA256 = try ContentDigest.file(OpenFile(path, .reading)).hex
        }
    }

    /// Reads a codec; nil if the name or level is missing.
    init?(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        var texts: [Key: String] = [:]
        var level: Int?
        try cursor.members(Self.keys) { key, cursor throws(JSONSyntaxError) in
            if key == .level {
                level = try cursor.optionalNumber()
            } else {
                texts[key] = try cursor.optionalText()
            }
        }
        guard let name = texts[.name], let level else { return nil }
        self.init(name: name, level: level, version: texts[.version], librarySHA256: texts[.librarySHA256])
    }
}

extension PrunedFile {
    private enum Key: String, CaseIterable {
        case prunedAt = "pruned_at"
        case contentBytes = "uncompressed_bytes"
        case contentSHA256 = "uncompressed_sha256"
        case lines
    }

    private static let keys = JSONKeys<Key>()

    /// Reads an entry of `pruned`; nil if it is incomplete.
    init?(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        var texts: [Key: String] = [:]
        var numbers: [Key: Int] = [:]
        try cursor.members(Self.keys) { key, cursor throws(JSONSyntaxError) in
            switch key {
            case .prunedAt, .contentSHA256: texts[key] = try cursor.optionalText()
            case .contentBytes, .lines: numbers[key] = try cursor.optionalNumber()
            }
        }
        guard let prunedAt = texts[.prunedAt].flatMap({ Timestamp($0) }), let sha256 = texts[.contentSHA256],
            let bytes = numbers[.contentBytes], let lines = numbers[.lines]
        else { return nil }
        self.init(prunedAt: prunedAt, content: ArchivedFile.Extent(bytes: bytes, sha256: sha256), lines: lines)
    }
}
