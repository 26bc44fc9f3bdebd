/// The path and format of a source, as the user named them.
package struct JoinSourcePlace: Sendable, Hashable {
    /// The formats of sources.
    package enum Format: String, Sendable, CaseIterable {
        /// The extension of the path decides.
        case auto
        /// Requests: `{"custom_id","params"}` one after the other, or `{"requests":[…]}` bodies.
        case requests
        /// Objects of any kind with the key as a member.
        case ndjson
        case csv
        case tsv
        /// `file.sqlite#table`.
        case sqlite
    }

    package var path: String
    package var format: Format
    /// The member or column that contains the `custom_id`.
    package var keyName: String

    package init(path: String, format: Format = .auto, keyName: String = "custom_id") {
        self.path = path
        self.format = format
        self.keyName = keyName
    }

    static let batchMark = "{batch_id}"

    /// Whether the path contains `{batch_id}` and so names one source per batch.
    package var isPerBatch: Bool { path.contains(Self.batchMark) }

    /// The place of the source for one batch.
    func place(of batchID: String) -> JoinSourcePlace {
        var place = self
        place.path = path.replacing(Self.batchMark, with: batchID)
        return place
    }

    /// The name of a metadata source in joined rows: the stem of its file, or its table.
    ///
    /// `labels-{batch_id}.csv.gz` becomes `labels`.
    package var stem: String {
        if let table = JoinTable(path) { return table.name }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let bare = name.replacing(Self.batchMark, with: "").split(separator: ".").first.map(String.init) ?? ""
        let stem = bare.trimmedOfSeparators
        return stem.isEmpty ? "metadata" : stem
    }

    /// The format, derived from the extension of the path if necessary.
    func resolvedFormat() throws(JoinFailure) -> Format {
        guard format == .auto else { return format }
        if JoinTable(path) != nil { return .sqlite }
        let bare = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
        switch bare.split(separator: ".").last {
        case "jsonl", "ndjson", "json": return .auto
        case "csv": return .csv
        case "tsv": return .tsv
        default:
            // `file.sqlite` or `file.sqlite#`
            let lacksTable = ["#t", "t"].contains { JoinTable(path + $0) != nil }
            throw JoinFailure(lacksTable ? .noTable : .unknownFormat, path: path)
        }
    }
}

extension String {
    fileprivate var trimmedOfSeparators: String {
        let separators: Set<Character> = ["-", "_", " "]
        let rest = drop { separators.contains($0) }
        return String(rest.prefix(rest.count - rest.reversed().prefix { separators.contains($0) }.count))
    }
}
