import JSONLines
import MessageBatches

/// The page of a report as JSON.
struct ReportDocument {
    let query: ReportQuery
    let workspaceID: String

    /// The values of one row.
    private struct Row {
        var start: Timestamp
        var end: Timestamp
        var cell: ReportedCell
    }

    /// The page that the query asks for, from cells of all time.
    func json(_ cells: [ReportedCell]) -> [UInt8] {
        let included = query.includesBatches(of: workspaceID) ? cells.filter { query.includes($0) } : []
        let rows = rows(included)
        let items = query.report.isAnalytics ? listed(rows) : buckets(rows)
        let page = items.dropFirst(query.offset).prefix(query.limit).flatMap(\.self)
        let hasMore = items.count > query.offset + query.limit
        return
            JSONNode.object([
                ("data", .array(page)), ("has_more", .verbatim(Array("\(hasMore)".utf8))),
                ("next_page", .optional(hasMore ? query.nextPage : nil)),
            ])
            .text
    }

    /// The sums by bucket, and by model if rows are grouped by it.
    private func rows(_ cells: [ReportedCell]) -> [Row] {
        let byModel = query.groups.contains("model") || query.groups.contains("description")
        var rows: [Timestamp: [String: Row]] = [:]
        for cell in cells {
            let (start, end) = query.bucket(of: cell)
            let model = byModel ? cell.model : ""
            let empty = Row(start: start, end: end, cell: ReportedCell(minute: cell.minute, model: model))
            rows[start, default: [:]][model, default: empty].cell.add(cell)
        }
        return rows.sorted { $0.key < $1.key }.flatMap { _, row in row.sorted { $0.key < $1.key }.map(\.value) }
    }

    // MARK: The older reports

    /// All buckets of the range, also those without rows.
    private func buckets(_ rows: [Row]) -> [[JSONNode]] {
        let byStart = Dictionary(grouping: rows, by: \.start)
        let seconds = Int64(query.width ?? 1_440) * 60
        return query.bucketStarts.map { start in
            let results = (byStart[start] ?? []).flatMap { query.report.isOfCosts ? costs($0.cell) : [usage($0.cell)] }
            return [
                .object([
                    ("starting_at", .text(start.wireTextOfReports)),
                    ("ending_at", .text(start.adding(seconds: seconds).wireTextOfReports)),
                    ("results", .array(results)),
                ])
            ]
        }
    }

    private func usage(_ cell: ReportedCell) -> JSONNode {
        .object(
            counts(cell) + [
                ("api_key_id", .null), ("workspace_id", grouped("workspace_id", workspaceID)),
                ("model", grouped("model", cell.model)), ("service_tier", grouped("service_tier", "batch")),
                ("context_window", .null), ("inference_geo", .null),
            ]
        )
    }

    /// One row per class of tokens, and one for web searches, if rows are grouped by description; otherwise one.
    private func costs(_ cell: ReportedCell) -> [JSONNode] {
        guard query.groups.contains("description") else { return [cost(cell.totalCost, of: nil, cell)] }
        return UsageField.billed.compactMap { field in cell.costs[field].map { cost($0, of: field, cell) } }
    }

    private func cost(_ amount: Money, of field: UsageField?, _ cell: ReportedCell) -> JSONNode {
        let isTokens = field?.isTokens ?? false
        let name = field.map { isTokens ? "\(cell.model) Usage - Batch, \($0.title)" : "Web Search Usage" }
        return .object([
            ("currency", .text("USD")), ("amount", .text(amount.centsText)),
            ("workspace_id", grouped("workspace_id", workspaceID)), ("description", .optional(name)),
            ("cost_type", .optional(field?.costType)), ("context_window", .null),
            ("model", .optional(isTokens ? cell.model : nil)), ("service_tier", .optional(isTokens ? "batch" : nil)),
            ("token_type", .optional(field?.tokenType)), ("inference_geo", .null),
        ])
    }

    // MARK: The newer reports

    /// The rows in the requested order; the items of one row count once toward the limit.
    private func listed(_ rows: [Row]) -> [[JSONNode]] {
        var rows = rows
        if query.isByTime {
            if !query.isAscending { rows.sort { $0.start > $1.start } }
        } else {
            rows.sort { query.isAscending ? weight($0) < weight($1) : weight($0) > weight($1) }
        }
        return rows.map { query.report.isOfCosts ? costItems($0) : [usageItem($0)] }
    }

    private func weight(_ row: Row) -> Int128 {
        query.report.isOfCosts ? row.cell.totalCost.picoDollars : Int128(row.cell.totalTokens)
    }

    private func usageItem(_ row: Row) -> JSONNode {
        let usage =
            counts(row.cell) + [
                ("total_tokens", .number(row.cell.totalTokens)), ("requests", .number(row.cell.requests)),
            ]
        return item(row, costType: nil, tokenType: nil, ("usage", .object(usage)))
    }

    private func costItems(_ row: Row) -> [JSONNode] {
        let cell = row.cell
        let (byType, byToken) = (query.groups.contains("cost_type"), query.groups.contains("token_type"))
        guard byType || byToken else { return [costItem(row, cell.totalCost, requests: cell.requests)] }
        var items: [JSONNode] = []
        let tokens = UsageField.billed.filter(\.isTokens)
        if byToken {
            for field in tokens {
                guard let cost = cell.costs[field] else { continue }
                items.append(costItem(row, cost, costType: "tokens", tokenType: field.tokenType))
            }
        } else {
            let cost = tokens.reduce(Money.zero) { $0 + (cell.costs[$1] ?? .zero) }
            items.append(costItem(row, cost, costType: "tokens"))
        }
        if byType, let cost = cell.costs[.webSearches] { items.append(costItem(row, cost, costType: "web_search")) }
        return items
    }

    private func costItem(
        _ row: Row,
        _ amount: Money,
        costType: String? = nil,
        tokenType: String? = nil,
        requests: Int? = nil
    ) -> JSONNode {
        let cost: [(String, JSONNode)] = [
            ("amount", .text(amount.centsText)), ("currency", .text("USD")), ("list_amount", .text(amount.centsText)),
            ("requests", requests.map { .number($0) } ?? .null),
        ]
        return item(row, costType: costType, tokenType: tokenType, ("cost", .object(cost)))
    }

    private func item(
        _ row: Row,
        costType: String?,
        tokenType: String?,
        _ value: (String, JSONNode)
    ) -> JSONNode {
        var group: [(String, JSONNode)] = [
            ("model", grouped("model", row.cell.model)), ("workspace_id", grouped("workspace_id", workspaceID)),
            ("service_tier", grouped("service_tier", "batch")), ("product", grouped("product", "message_batches_api")),
        ]
        if query.report.isOfCosts {
            group += [("cost_type", .optional(costType)), ("token_type", .optional(tokenType))]
        }
        return .object([
            ("starting_at", .text(row.start.wireTextOfReports)), ("ending_at", .text(row.end.wireTextOfReports)),
            ("group", .object(group)), value,
        ])
    }

    // MARK: Both

    /// The value of a dimension; null if rows are not grouped by it.
    private func grouped(_ name: String, _ value: String) -> JSONNode {
        query.groups.contains(name) ? .text(value) : .null
    }

    /// The billed counts: an object for fields whose path has two names.
    private func counts(_ cell: ReportedCell) -> [(String, JSONNode)] {
        var members: [(String, JSONNode)] = []
        var objects: [String: [(String, JSONNode)]] = [:]
        for field in UsageField.billed {
            let path = field.reportPath
            let count = JSONNode.number(Int(cell.usage[field]))
            if path.count == 1 {
                members.append((path[0], count))
            } else {
                objects[path[0], default: []].append((path[1], count))
            }
        }
        return members + objects.sorted { $0.key < $1.key }.map { ($0.key, .object($0.value)) }
    }
}

extension ReportedCell {
    fileprivate var totalCost: Money { costs.values.reduce(.zero) { $0 + $1 } }
    fileprivate var totalTokens: Int { Int(usage.prompt + usage.output) }
}

extension UsageField {
    fileprivate var costType: String { isTokens ? "tokens" : "web_search" }

    /// The name of a class of tokens in cost reports; nil for web searches.
    fileprivate var tokenType: String? {
        isTokens ? reportPath.joined(separator: ".") : nil
    }
}

extension Money {
    /// The exact amount in cents.
    fileprivate var centsText: String { Money(picoDollars: picoDollars * 100).text }
}

extension Timestamp {
    /// The time without a fraction of a second: `2026-11-01T00:00:00Z`.
    fileprivate var wireTextOfReports: String { text.prefix(19) + "Z" }
}
