import JSONLines

/// The sources that are joined with the results under one name: a metadata source, or all request files together.
struct JoinRelation: Sendable {
    /// The name of the member with the request in a joined row.
    static let requestName = "request"

    let name: String
    /// The sources in order of precedence: the row comes from the first one that has the key.
    let sources: [JoinSource]
    /// The data columns of all sources, in the order of their first occurrence.
    let columns: [String]
    /// The member's name and colon in a joined row, as JSON.
    let label: [UInt8]
    /// `"name":` for each column, as in an object.
    private let objectLabels: [[UInt8]]
    /// `,"RELATION_name":` for each column, as at the end of a flat row.
    private let flatLabels: [[UInt8]]
    private let columnTable: JSONKeyTable

    init(name: String, sources: [JoinSource]) {
        self.name = name
        self.sources = sources
        var columns: [String] = []
        var seen: Set<[UInt8]> = []
        for column in sources.flatMap(\.columns) where seen.insert(Array(column.utf8)).inserted {
            columns.append(column)
        }
        label = Self.quoted(name) + [UInt8(ascii: ":")]
        objectLabels = columns.map { Self.quoted($0) + [UInt8(ascii: ":")] }
        flatLabels = columns.map { [UInt8(ascii: ",")] + Self.quoted("\(name)_\($0)") + [UInt8(ascii: ":")] }
        columnTable = JSONKeyTable(columns)
        self.columns = columns
    }

    private static let null = Array("null".utf8)

    private static func quoted(_ text: String) -> [UInt8] {
        var json: [UInt8] = []
        JSONString.append(text, to: &json)
        return json
    }
}

// MARK: Output

extension JoinRelation {
    /// Appends the data of a row as one JSON value without line ends; `null` if there is no row.
    func appendValue(_ content: JoinContent?, to output: inout [UInt8]) {
        switch content {
        case nil: output += Self.null
        case .json(let object):
            // Line ends in valid JSON are white space between tokens, but a joined row must be one line.
            output += object.contains(0x0A) || object.contains(0x0D) ? JSONCompaction.compacted(object) : object
        case .cells(let cells):
            output.append(UInt8(ascii: "{"))
            for (index, cell) in cells.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                output += objectLabels[index]
                JSONString.append(String(decoding: cell, as: UTF8.self), to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    /// Appends the columns of the relation to a flat row; every value is a string or null.
    func appendColumns(_ content: JoinContent?, to output: inout [UInt8]) {
        var values = [[UInt8]?](repeating: nil, count: flatLabels.count)
        switch content {
        case nil: break
        case .json(let object): values = cells(of: object)
        case .cells(let cells): for (index, cell) in cells.enumerated() { values[index] = Self.quotedBytes(cell) }
        }
        for (label, value) in zip(flatLabels, values) {
            output += label
            output += value ?? Self.null
        }
    }

    /// Appends the value of one column as JSON text on one line; `null` if the row or its member does not exist.
    ///
    /// Values of JSON keep their type; cells are strings.
    func appendValue(ofColumn number: Int, in content: JoinContent?, to output: inout [UInt8]) {
        switch content {
        case .cells(let cells) where cells.indices.contains(number): output += Self.quotedBytes(cells[number])
        case .json(let object): output += member(number, of: object) ?? Self.null
        case .cells, nil: output += Self.null
        }
    }

    /// The last member of an object for a column, as JSON text.
    private func member(_ number: Int, of object: [UInt8]) -> [UInt8]? {
        var found: [UInt8]?
        // The object was validated when the source was opened.
        try? JSONCursor.read(object) { cursor throws(JSONSyntaxError) in
            try cursor.beginObject()
            while let key = try cursor.nextKey() {
                guard cursor.index(of: key, in: columnTable) == number else {
                    try cursor.skipValue()
                    continue
                }
                if try cursor.kind() == .string, let token = try cursor.string() {
                    // A lone surrogate becomes U+FFFD.
                    found =
                        cursor.containsUnicodeEscape(token)
                        ? Self.quoted(cursor.text(token))
                        : [UInt8(ascii: "\"")] + cursor.bytes(token.range) + [UInt8(ascii: "\"")]
                } else {
                    found = JSONCompaction.compacted(cursor.bytes(try cursor.skipValue()))
                }
            }
        }
        return found
    }

    /// The members of an object as JSON strings, in the order of the columns.
    private func cells(of object: [UInt8]) -> [[UInt8]?] {
        var values = [[UInt8]?](repeating: nil, count: flatLabels.count)
        // The object was validated when the source was opened.
        try? JSONCursor.read(object) { cursor throws(JSONSyntaxError) in
            try cursor.beginObject()
            while let key = try cursor.nextKey() {
                guard let column = cursor.index(of: key, in: columnTable) else {
                    try cursor.skipValue()
                    continue
                }
                values[column] = try Self.text(of: &cursor)
            }
        }
        return values
    }

    /// Reads the next value as a JSON string.
    ///
    /// Strings are copied, null becomes nil, and other values become strings that contain their JSON text.
    private static func text(of cursor: inout JSONCursor) throws(JSONSyntaxError) -> [UInt8]? {
        if try cursor.consumeNull() { return nil }
        let isString = try cursor.kind() == .string
        let value = cursor.bytes(try cursor.skipValue())
        return isString ? value : quotedBytes(value)
    }

    private static func quotedBytes(_ text: [UInt8]) -> [UInt8] {
        quoted(String(decoding: text, as: UTF8.self))
    }
}
