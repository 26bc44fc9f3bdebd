package import BatchArchive
import BatchPipeline
import JSONLines
import MessageBatches

/// A column that `select` can output: of the flat table, of the answer's content, or a path into the line.
package struct SelectedColumn: Sendable {
    /// The key of the column in every output: its name, or the path as the user wrote it.
    package let name: String
    private let source: Source

    private enum Source: Sendable {
        case flat(FlatSchema.Column)
        case content(ContentColumn)
        case path(LinePath)
        case date
        case joined(JoinedColumn)
        /// A column of a join source that must have single values only.
        case plainJoined(JoinedColumn)
        case hashedID(KeyedDigest)
    }

    /// The names and meanings of the columns that ``FlatSchema`` does not have.
    package static let additional: [(name: String, meaning: String)] = [
        ("date", "UTC day the batch was created"),
        ("text", "all text blocks of the answer, one after the other"),
        ("thinking", "all thinking blocks"),
        ("tool_input", "input of the tool call; an array of them if there are several"),
        ("json_valid", "whether the text is a JSON value: valid, fenced or invalid"),
        ("cost", "short for cost_usd"),
    ]

    /// Finds a column by its name, also in join sources, or parses a path (``LinePath``).
    ///
    /// A name that the results and a source have means the column of the results.
    package init(_ name: String, joined: JoinedColumnNames? = nil) throws(SelectionFailure) {
        let name = name == "cost" ? "cost_usd" : name
        self.name = name
        if let column = FlatSchema.columns.first(where: { $0.name == name }) {
            source = .flat(column)
        } else if let content = ContentColumn(rawValue: name) {
            source = .content(content)
        } else if name == "date" {
            source = .date
        } else if let column = try joined?.column(named: name) {
            source = .joined(column)
        } else if name.contains(where: { ".[$".contains($0) }) {
            source = .path(try LinePath(name))
        } else if let joined {
            throw .unknownJoinedColumn(name, joined: joined.sources.flatMap(\.columns))
        } else {
            throw .unknownColumn(name)
        }
    }

    /// Parses a list such as `custom_id,model,usage.output_tokens`.
    package static func list(
        _ text: String,
        joined: JoinedColumnNames? = nil
    ) throws(SelectionFailure) -> [SelectedColumn] {
        var columns: [SelectedColumn] = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            let column = try SelectedColumn(name.trimmed, joined: joined)
            guard !columns.contains(where: { $0.name == column.name }) else { throw .repeatedColumn(column.name) }
            columns.append(column)
        }
        return columns
    }

    /// Whether the column contains whole numbers in every row.
    package var isInteger: Bool {
        if case .flat(let column) = source { column.kind == .integer } else { false }
    }

    /// Whether the column contains exact dollars.
    package var isMoney: Bool {
        if case .flat(let column) = source { column.kind == .money } else { false }
    }

    /// Whether the column is a path into the line, which may be misspelled.
    package var isPath: Bool {
        if case .path = source { true } else { false }
    }

    /// Whether the column is of a join source.
    package var isJoined: Bool {
        switch source {
        case .joined, .plainJoined: true
        case .flat, .content, .path, .date, .hashedID: false
        }
    }

    /// Whether only errored lines have a value in this column.
    var isErrorColumn: Bool {
        if case .flat = source { name.hasPrefix("error_") } else { false }
    }

    /// Appends the value of a row as JSON text.
    func append(
        _ record: ResultRecord,
        _ rows: FlatRowSource,
        _ cursor: inout JSONCursor,
        _ joined: (any JoinedRows)?,
        to output: inout [UInt8]
    ) {
        switch source {
        case .joined(let column), .plainJoined(let column):
            guard let joined else {
                output += FlatValue.nullText
                return
            }
            let start = output.count
            joined.append(column, of: record, in: rows.bytes, to: &output)
            if case .plainJoined = source, !JSONCell(output[start...]).isSingle {
                output.replaceSubrange(start..., with: FlatValue.nullText)
                if joined.failure == nil { joined.failure = SelectionFailure.redactedValue(name) }
            }
        case .hashedID(let digest): digest.append(record.customID, in: rows.bytes, to: &output)
        case .flat(let column): column.value(record, rows).append(from: rows, to: &output)
        case .content(let column): column.append(of: record, &cursor, to: &output)
        case .path(let path): path.append(of: record, &cursor, to: &output)
        case .date: JSONString.append(rows.day.text, to: &output)
        }
    }
}

// MARK: Redaction

extension SelectedColumn {
    /// The columns of the flat table that can repeat text of a request.
    private static let withText: Set<String> = ["error_message"]

    /// The column without personal text: IDs become keyed hashes, numbers and names of the service stay.
    ///
    /// Columns of metadata stay too, because the user chose them. Their objects and lists are errors, because those can
    /// be parts of requests.
    ///
    /// - Throws: ``SelectionFailure`` for a column that contains text of a request or an answer, or any path.
    package func redacted(
        by digest: KeyedDigest,
        joined: JoinedColumnNames?
    ) throws(SelectionFailure) -> SelectedColumn {
        switch source {
        case .flat where name == "custom_id": return SelectedColumn(name: name, source: .hashedID(digest))
        case .flat where !Self.withText.contains(name): return self
        case .date, .hashedID, .content(.jsonValid): return self
        case .plainJoined: return self
        case .joined(let column):
            // A source of any format can contain requests.
            guard let source = joined?.sources[column.source], !source.holdsRequests,
                source.columns[column.column] != "params"
            else { throw .redactedColumn(name) }
            return SelectedColumn(name: name, source: .plainJoined(column))
        case .flat, .content, .path: throw .redactedColumn(name)
        }
    }

    private init(name: String, source: Source) {
        (self.name, self.source) = (name, source)
    }
}

extension KeyedDigest {
    /// Appends the hash of a string of a line as a JSON string.
    ///
    /// Equal texts have equal hashes, however they are escaped.
    fileprivate func append(_ text: TextSlice, in bytes: [UInt8], to output: inout [UInt8]) {
        JSONString.append(hex(JSONString.keyBytes(bytes[text.range], isEscaped: text.isEscaped)), to: &output)
    }
}

extension Substring {
    /// The text without spaces at its ends.
    fileprivate var trimmed: String {
        let start = drop { $0 == " " }
        return String(start.prefix(start.count - start.reversed().prefix { $0 == " " }.count))
    }
}
