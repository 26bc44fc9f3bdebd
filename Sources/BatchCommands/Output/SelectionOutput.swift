import BatchAnalytics
import BatchArchive
import BatchJoin
import BatchPipeline
import JSONLines
import MessageBatches
import Prices
import Tables

/// Writes the result of `select`: rows as they arrive; tables, samples and groups at the end.
struct SelectionOutput {
    private let plan: SelectionPlan
    private let context: CommandContext
    private var left: Int
    private var sample: RowSample?
    private var groups = GroupedRows()
    private var table: Table
    /// For each column, whether any row has a value.
    private var hasValue: [Bool] = []
    /// Whether any row was written.
    private(set) var hasRows = false

    init(_ plan: SelectionPlan, context: CommandContext, limit: Int?) {
        self.plan = plan
        self.context = context
        left = limit ?? .max
        sample = plan.sampleSize.map { RowSample(count: $0) }
        table = Table(columns: plan.columns)
    }

    /// Whether the limit is reached.
    var isFull: Bool { left == 0 }

    /// Writes the header, if the format has one.
    func begin() throws {
        if let header = plan.format.style.writer(table.columns.map(\.key))?.header, !header.isEmpty {
            try context.writeData(header)
        }
    }

    /// Adds the rows of the next block.
    ///
    /// Returns false once the limit is reached.
    mutating func add(_ part: SelectionPlan.Part) throws -> Bool {
        var next: SelectionPlan.Part? = part
        while let part = next, !isFull {
            next = nil
            switch part {
            case .groups(let groups): self.groups.merge(groups)
            case .failed(let error): throw error
            case .rows(let rows, let rest):
                if !rows.hasValue.isEmpty {
                    hasValue = hasValue.isEmpty ? rows.hasValue : zip(hasValue, rows.hasValue).map { $0 || $1 }
                }
                if sample == nil { try write(rows) } else { sample?.add(rows) }
                next = rest?()
            }
        }
        return !isFull
    }

    /// Writes the sample, the groups or the table, and the end of the document.
    mutating func finish() throws {
        if let sample { try write(sample.selected) }
        try write(plan.rows(of: groups))
        table.notes = groups.cost.sentences
        switch plan.format {
        case .table: try context.print(table, as: .table)
        case .markdown: try context.print(table, as: .markdown)
        case .json: try context.print(JSONArrayFrame.end(isEmpty: !hasRows))
        case .ndjson, .csv, .tsv, .jsonlRaw: break
        }
        if ![.table, .markdown].contains(plan.format) { for note in table.notes { context.report(.note, note) } }
    }

    /// Warns about columns that are paths or of a join source and have no value in any row.
    ///
    /// If a condition on a path may be the reason for no rows, shows how to see a line.
    func reportMissingPaths(archivePath: String) {
        let paths = plan.columnsWithoutValue(hasValue, groups) { $0.isPath }
        let joined = plan.columnsWithoutValue(hasValue, groups) { $0.isJoined }
        if hasRows, !joined.isEmpty {
            let names = joined.map { "'\($0)'" }.listed()
            let hint = "IDs are compared byte by byte: use --join-key with the column that contains the custom_id"
            context.report(.warning, "no row has a value of a join source in \(names)", hint: hint)
        }
        let place = "--archive \(archivePath.shellQuoted)"
        let hint = "to see a whole line: batchkeep select --format jsonl-raw --limit 1 \(place)"
        if hasRows, !paths.isEmpty {
            context.report(.warning, "no row has a value at \(paths.map { "'\($0)'" }.listed())", hint: hint)
        } else if !hasRows, plan.filter.conditions.contains(where: \.isOnPath) {
            context.report(.hint, hint)
        }
    }

    private mutating func write(_ rows: SelectedRows) throws {
        let count = min(left, rows.rowEnds.count)
        guard count > 0 else { return }
        left -= count
        let end = rows.rowEnds[count - 1]
        switch plan.format {
        case .table, .markdown:
            addToTable(rows.bytes[..<end])
        case .json:
            var output: [UInt8] = []
            output.reserveCapacity(end + count)
            var start = 0
            for end in rows.rowEnds.prefix(count) {
                output += JSONArrayFrame.start(isFirst: !hasRows)
                output += rows.bytes[start..<end].dropLast()
                (start, hasRows) = (end, true)
            }
            try context.writeJSON(output)
        case .ndjson, .csv, .tsv, .jsonlRaw:
            let selected = end == rows.bytes.count ? rows.bytes : Array(rows.bytes[..<end])
            if plan.format == .ndjson { try context.writeJSON(selected) } else { try context.writeData(selected) }
        }
        hasRows = true
    }

    /// Adds rows to the table.
    ///
    /// `bytes` has one line per value, as JSON text.
    private mutating func addToTable(_ bytes: ArraySlice<UInt8>) {
        var row: [Cell] = []
        for value in bytes.split(separator: 0x0A) {
            let column = table.columns[row.count]
            row.append(Cell(json: value, kind: column.kind))
            if row.count == table.columns.count {
                table.rows.append(row)
                row = []
            }
        }
    }
}
