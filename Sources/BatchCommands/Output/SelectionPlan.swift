import BatchAnalytics
import BatchArchive
import BatchJoin
import BatchPipeline
import JSONLines
import MessageBatches
import Prices
import Tables

/// The parsed options of `select`: filter, columns or groups, and format.
struct SelectionPlan: Sendable {
    private(set) var filter: LineFilter
    let format: SelectCommand.Format
    let sampleSize: Int?
    let prices: PriceSource
    /// The columns of the join sources.
    let joined: JoinedColumnNames?
    private var kind: Kind

    private enum Kind: Sendable {
        case rows(RowSelection)
        case groups(RowGrouping, RowStyle)
    }

    /// The rows or groups from one block of lines.
    enum Part: Sendable {
        /// Rows, and the next part of the block if they are large.
        case rows(SelectedRows, rest: (@Sendable () -> Part)?)
        case groups(GroupedRows)
        /// A join source cannot be read.
        case failed(any Error)
    }

    /// The columns that are shown by default.
    private static let usualColumns = "\(redactedColumns),error_message"
    /// The columns that are shown by default with `--redact`.
    private static let redactedColumns = "custom_id,result_type,model,stop_reason,input_tokens,output_tokens"

    /// Parses the options; with a digest, IDs are hashed and text is refused.
    init(
        _ command: SelectCommand,
        _ format: SelectCommand.Format,
        prices: PriceSource,
        _ digest: KeyedDigest? = nil,
        _ joined: JoinedColumnNames? = nil
    ) throws(SelectionFailure) {
        self.prices = prices
        self.format = format
        self.joined = joined
        func columns(_ text: String) throws(SelectionFailure) -> [SelectedColumn] {
            var columns: [SelectedColumn] = []
            for column in try SelectedColumn.list(text, joined: joined) {
                columns.append(
                    try digest.map { digest throws(SelectionFailure) in
                        try column.redacted(by: digest, joined: joined)
                    } ?? column
                )
            }
            return columns
        }
        var conditions: [Condition] = []
        for text in command.where { conditions.append(try Condition(text, joined: joined)) }
        var filter = LineFilter(
            conditions: conditions,
            resultTypes: command.result.isEmpty ? nil : Set(command.result),
            usable: command.usable ? true : command.unusable ? false : nil
        )
        filter.expectation = command.expect
        self.filter = filter
        sampleSize = command.sample
        let style = format.style
        let used: [SelectedColumn]
        if let keys = command.by {
            let sums = try command.columns.map { text throws(SelectionFailure) in
                try columns(text)
            }
            let keys = try columns(keys)
            used = keys
            kind = .groups(try RowGrouping(filter: filter, keys: keys, sums: sums ?? []), style)
        } else {
            let columns = try columns(command.columns ?? (digest == nil ? Self.usualColumns : Self.redactedColumns))
            used = columns
            let seed = command.sample == nil ? nil : command.seed
            kind = .rows(RowSelection(filter: filter, columns: columns, style: style, sampleSeed: seed))
        }
        if let joined, !used.contains(where: \.isJoined), !conditions.contains(where: \.isOnJoinedColumn) {
            throw .unusedSources(joined.qualified)
        }
    }

    /// The columns of the results that a source has too, each with its name in the source.
    var hidden: [(name: String, other: String)] {
        let names =
            switch kind {
            case .rows(let selection): selection.columns.map(\.name)
            case .groups(let grouping, _): grouping.keys.map(\.name)
            }
        guard let joined else { return [] }
        return Set(names + filter.conditions.map(\.columnName)).filter(joined.isOfResults).sorted()
            .flatMap { name in joined.qualified(name).map { (name: name, other: $0) } }
    }

    /// Selects only lines with one of these errors.
    mutating func select(_ fingerprints: FingerprintSelection) {
        filter.fingerprints = fingerprints
        switch kind {
        case .rows(var selection):
            selection.filter = filter
            kind = .rows(selection)
        case .groups(var grouping, let style):
            grouping.filter = filter
            kind = .groups(grouping, style)
        }
    }

    /// Computes the rows or groups of one block.
    ///
    /// Blocks are processed in parallel.
    @Sendable func work(
        _ block: LineBlock,
        _ manifest: Manifest,
        _ sources: SourceRows?,
        from first: Int = 0
    ) -> Part {
        let (batch, pricing) = (manifest.batch, manifest.pricing(by: prices.requested))
        let joined = sources?.reader(for: manifest)
        let part: Part
        switch kind {
        case .rows(let selection):
            let rows = selection.rows(of: block, in: batch, pricing: pricing, joined: joined, from: first)
            var rest: (@Sendable () -> Part)?
            if let next = rows.rest { rest = { work(block, manifest, sources, from: next) } }
            part = .rows(rows, rest: rest)
        case .groups(let grouping, _):
            part = .groups(grouping.groups(of: block, in: batch, pricing: pricing, joined: joined))
        }
        if let failure = joined?.failure { return .failed(failure) }
        return part
    }

    /// The rows of all groups, or no rows if the options request no groups.
    func rows(of groups: GroupedRows) -> SelectedRows {
        guard case .groups(let grouping, let style) = kind else { return SelectedRows() }
        return grouping.rows(groups, style: style)
    }

    /// The columns or keys of a kind in which no row has a value.
    ///
    /// `hasValue` says for each column whether any row has a value.
    func columnsWithoutValue(
        _ hasValue: [Bool],
        _ groups: GroupedRows,
        where isWanted: (SelectedColumn) -> Bool
    ) -> [String] {
        switch kind {
        case .rows(let selection):
            zip(selection.columns, hasValue).filter { isWanted($0) && !$1 }.map(\.0.name)
        case .groups(let grouping, _):
            grouping.keys.enumerated().filter { isWanted($1) && !groups.hasValue(inKey: $0) }.map(\.element.name)
        }
    }

    /// The columns of a table for people.
    var columns: [Column] {
        switch kind {
        case .rows(let selection):
            selection.columns.map {
                Column($0.name, $0.name, kind: $0.isInteger ? .integer : $0.isMoney ? .money : .text)
            }
        case .groups(let grouping, _):
            grouping.names.enumerated()
                .map { Column($1, $1, kind: grouping.kind(ofColumn: $0), canShrink: false) }
        }
    }
}

extension RowGrouping {
    /// The kind of values of a column of grouped rows.
    fileprivate func kind(ofColumn index: Int) -> ValueKind {
        guard index >= keys.count else { return .text }
        return index > keys.count && sums[index - keys.count - 1].isMoney ? .money : .integer
    }
}

extension SelectCommand.Format {
    /// The format in which the parallel work writes rows.
    var style: RowStyle {
        switch self {
        case .table, .markdown: .values
        case .ndjson, .json: .format(.ndjson)
        case .csv: .format(.csv)
        case .tsv: .format(.tsv)
        case .jsonlRaw: .raw
        }
    }
}
