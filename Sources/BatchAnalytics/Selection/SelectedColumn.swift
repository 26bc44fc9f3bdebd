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
    }

    /// The names and meanings of the columns that ``FlatSchema`` does not have.
    package static let additional: [(name: String, meaning: String)] = [
        ("date", "UTC day the batch was created"),
        ("text", "all text blocks of the answer, one after the other"),
        ("thinking", "all thinking blocks"),
        ("tool_input", "input of the tool call; an array of them if there are several"),
        ("cost", "short for cost_usd"),
    ]

    /// Finds a column by its name, or parses a path (``LinePath``).
    package init(_ name: String) throws(SelectionFailure) {
        let name = name == "cost" ? "cost_usd" : name
        self.name = name
        if let column = FlatSchema.columns.first(where: { $0.name == name }) {
            source = .flat(column)
        } else if let content = ContentColumn(rawValue: name) {
            source = .content(content)
        } else if name == "date" {
            source = .date
        } else if name.contains(where: { ".[$".contains($0) }) {
            source = .path(try LinePath(name))
        } else {
            throw .unknownColumn(name)
        }
    }

    /// Parses a list such as `custom_id,model,usage.output_tokens`.
    package static func list(_ text: String) throws(SelectionFailure) -> [SelectedColumn] {
        var columns: [SelectedColumn] = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            let column = try SelectedColumn(String(name.filter { $0 != " " }))
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

    /// Whether only errored lines have a value in this column.
    var isErrorColumn: Bool {
        if case .flat = source { name.hasPrefix("error_") } else { false }
    }

    /// Appends the value of a row as JSON text.
    func append(
        _ record: ResultRecord,
        _ rows: FlatRowSource,
        _ cursor: inout JSONCursor,
        to output: inout [UInt8]
    ) {
        switch source {
        case .flat(let column): column.value(record, rows).append(from: rows, to: &output)
        case .content(let column): column.append(of: record, &cursor, to: &output)
        case .path(let path): path.append(of: record, &cursor, to: &output)
        case .date: JSONString.append(rows.day.text, to: &output)
        }
    }
}
