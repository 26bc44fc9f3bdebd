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
        let table = Table(
            columns: keys.enumerated()
                .map { place, key in
                    let isNumber = !kept.isEmpty && kept.allSatisfy { $0[place].isNumber }
                    return Column(key, key, alignment: isNumber ? .right : .left, canShrink: !isNumber)
                },
            rows: kept.map { $0.map { Cell($0) } }
        )
        try context.print(table, as: format)
    }
}

extension IndexValue {
    fileprivate var isNumber: Bool {
        switch self {
        case .integer, .real, .null: true
        case .text: false
        }
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
}
