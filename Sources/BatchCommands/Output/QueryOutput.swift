import BatchCatalog
import Tables

/// Writes the rows of a query: each as it arrives, or all of them as one table or document at the end.
struct QueryOutput {
    private let format: TableFormat
    private let context: CommandContext
    private var keys: [String] = []
    private var writer: RowWriter?
    /// The rows to write at the end, for the formats that need all rows.
    private var kept: [[IndexValue]] = []

    init(_ format: TableFormat, context: CommandContext) {
        self.format = format
        self.context = context
    }

    /// Writes or keeps the next rows.
    ///
    /// The columns must be the same in every call.
    mutating func add(columns: [String], rows: [[IndexValue]]) throws {
        if keys.isEmpty { try begin(columns) }
        guard let writer else {
            kept += rows
            return
        }
        var output: [UInt8] = []
        for row in rows { writer.append(row.map { Cell($0) }, to: &output) }
        try write(output)
    }

    private mutating func begin(_ columns: [String]) throws {
        for name in columns {
            // SQL allows two columns with the same name, but an object in JSON needs unique keys.
            keys.append(keys.contains(name) ? "\(name)_\(keys.count + 1)" : name)
        }
        switch format {
        case .ndjson: writer = RowWriter(.ndjson, keys: keys)
        case .csv: writer = RowWriter(.csv, keys: keys)
        case .tsv: writer = RowWriter(.tsv, keys: keys)
        case .table, .json, .markdown: return
        }
        if let header = writer?.header, !header.isEmpty { try write(header) }
    }

    private func write(_ rows: [UInt8]) throws {
        if format == .ndjson { try context.writeJSON(rows) } else { try context.writeData(rows) }
    }

    /// Writes the kept rows as a table or document.
    func finish() throws {
        guard writer == nil else { return }
        let columns = keys.enumerated().map { column($1, at: $0) }
        let rows = kept.map { row in
            format.isForPeople ? zip(row, columns).map { Cell($0, of: $1.kind) } : row.map { Cell($0) }
        }
        try context.print(Table(columns: columns, rows: rows), as: format)
    }

    /// A column of the kept rows; fractions get as many decimal places as the value that needs most.
    private func column(_ key: String, at place: Int) -> Column {
        let values = kept.map { $0[place] }
        guard !values.isEmpty, values.allSatisfy(\.isNumber) else { return Column(key, key) }
        let places = values.compactMap(\.places).max()
        let kind: ValueKind = places.map { .decimal(places: max(2, $0)) } ?? .integer
        return Column(key, key, kind: kind)
    }
}

extension IndexValue {
    fileprivate var isNumber: Bool {
        switch self {
        case .integer, .real, .null: true
        case .text: false
        }
    }

    /// The decimal places that a fraction needs for all its digits; nil for other values.
    fileprivate var places: Int? {
        if case .real(let number) = self { NumberText.places(number) } else { nil }
    }
}

extension Cell {
    fileprivate init(_ value: IndexValue) {
        switch value {
        case .null: self = .missing
        case .integer(let number): self = .integer(number)
        case .real(let number): self = .decimal(number)
        case .text(let text): self = .text(text)
        }
    }

    /// A cell for people: in a column of fractions every number is one, and in a column of text a number has all its
    /// digits.
    fileprivate init(_ value: IndexValue, of kind: ValueKind) {
        switch (value, kind) {
        case (.integer(let number), .decimal): self = .decimal(Double(number))
        case (.real(let number), .text): self = .text(NumberText.plain(number))
        default: self.init(value)
        }
    }
}
