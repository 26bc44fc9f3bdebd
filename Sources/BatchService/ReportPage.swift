import MessageBatches

/// A page of a report.
struct ReportPage<Item: Decodable & Sendable>: Decodable, Sendable {
    let data: [Item]
    let hasMore: Bool?
    let nextPage: String?

    private enum CodingKeys: String, CodingKey {
        case data
        case hasMore = "has_more"
        case nextPage = "next_page"
    }

    /// The cursor of the next page; nil after the last.
    var cursor: String? {
        hasMore == false ? nil : nextPage
    }
}

/// A row of a report of either generation.
protocol ReportItem: Decodable, Sendable {
    associatedtype Value: Sendable & Equatable

    /// The rows about tokens of batches.
    func rows() throws(ReportFault) -> [UsageReport.Row<Value>]
}

/// The reason why a row of a report cannot be read, as a clause.
struct ReportFault: Error {
    let reason: String
}

/// A bucket of time of the older reports, which contains its rows.
struct ReportBucket<Result: BucketResult>: ReportItem {
    let startingAt: String
    let endingAt: String
    let results: [Result]

    private enum CodingKeys: String, CodingKey {
        case startingAt = "starting_at"
        case endingAt = "ending_at"
        case results
    }

    func rows() throws(ReportFault) -> [UsageReport.Row<Result.Value>] {
        var rows: [UsageReport.Row<Result.Value>] = []
        for result in results where result.isOfBatches {
            rows.append(try result.attributes.row(from: startingAt, to: endingAt, value: try result.value()))
        }
        return rows
    }
}

/// A row in a bucket of the older reports.
protocol BucketResult: Decodable, Sendable {
    associatedtype Value: Sendable & Equatable

    var attributes: ReportAttributes { get }
    /// Whether the row is about tokens of batches.
    var isOfBatches: Bool { get }
    func value() throws(ReportFault) -> Value
}

/// The tokens of a row in the older usage report.
struct BucketUsage: BucketResult {
    let attributes: ReportAttributes
    let counts: ReportedCounts

    init(from decoder: any Decoder) throws {
        attributes = try ReportAttributes(from: decoder)
        counts = try ReportedCounts(from: decoder)
    }

    var isOfBatches: Bool { attributes.serviceTier == "batch" }

    func value() throws(ReportFault) -> TokenUsage { try counts.usage() }
}

/// The amount of a row in the older cost report.
struct BucketCost: BucketResult {
    let attributes: ReportAttributes
    let cost: ReportedCost

    init(from decoder: any Decoder) throws {
        attributes = try ReportAttributes(from: decoder)
        cost = try ReportedCost(from: decoder)
    }

    var isOfBatches: Bool { attributes.serviceTier == "batch" && attributes.costType == "tokens" }

    func value() throws(ReportFault) -> ReportedAmount { try cost.amount() }
}

/// A row of the newer usage report, which has batches only, as requested.
struct AnalyticsUsage: ReportItem {
    let startingAt: String
    let endingAt: String
    let group: ReportAttributes
    let usage: ReportedCounts

    private enum CodingKeys: String, CodingKey {
        case startingAt = "starting_at"
        case endingAt = "ending_at"
        case group, usage
    }

    func rows() throws(ReportFault) -> [UsageReport.Row<TokenUsage>] {
        [try group.row(from: startingAt, to: endingAt, value: try usage.usage())]
    }
}

/// A row of the newer cost report, which has batches only, as requested.
struct AnalyticsCost: ReportItem {
    let startingAt: String
    let endingAt: String
    let group: ReportAttributes
    let cost: ReportedCost

    private enum CodingKeys: String, CodingKey {
        case startingAt = "starting_at"
        case endingAt = "ending_at"
        case group, cost
    }

    func rows() throws(ReportFault) -> [UsageReport.Row<ReportedAmount>] {
        guard group.costType == "tokens" else { return [] }
        return [try group.row(from: startingAt, to: endingAt, value: try cost.amount())]
    }
}

/// What a row of a report of either generation is about.
struct ReportAttributes: Decodable, Sendable {
    let model: String?
    let workspaceID: String?
    let serviceTier: String?
    let costType: String?

    private enum CodingKeys: String, CodingKey {
        case model
        case workspaceID = "workspace_id"
        case serviceTier = "service_tier"
        case costType = "cost_type"
    }

    func row<Value>(from start: String, to end: String, value: Value) throws(ReportFault) -> UsageReport.Row<Value> {
        UsageReport.Row(
            startsAt: try moment(start),
            endsAt: try moment(end),
            model: model,
            workspaceID: workspaceID,
            value: value
        )
    }
}

/// The billed counts of a row in the usage report of either generation.
///
/// A missing count of tokens makes the row unreadable: it must not count as zero.
struct ReportedCounts: Decodable, Sendable {
    private let counts: TokenUsage

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: Name.self)
        var counts = TokenUsage()
        for field in UsageField.billed {
            if let count = try Self.count(at: field.reportPath[...], in: row) {
                counts[field] = count
            } else if field.isTokens {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: field.reportPath.map(Name.init), debugDescription: "missing")
                )
            }
        }
        self.counts = counts
    }

    /// Returns the count at a path; nil if the row has none.
    private static func count(
        at path: ArraySlice<String>,
        in object: KeyedDecodingContainer<Name>
    ) throws -> Int64? {
        guard let name = path.first.map(Name.init), object.contains(name), try !object.decodeNil(forKey: name) else {
            return nil
        }
        if path.count == 1 { return try object.decode(Int64.self, forKey: name) }
        return try count(at: path.dropFirst(), in: object.nestedContainer(keyedBy: Name.self, forKey: name))
    }

    func usage() throws(ReportFault) -> TokenUsage {
        guard UsageField.billed.allSatisfy({ counts[$0] >= 0 }) else {
            throw ReportFault(reason: "a number of tokens is negative")
        }
        return counts
    }
}

/// The amount of a row in the cost report of either generation.
struct ReportedCost: Decodable, Sendable {
    let cents: String
    let currency: String

    private enum CodingKeys: String, CodingKey {
        case cents = "amount"
        case currency
    }

    func amount() throws(ReportFault) -> ReportedAmount {
        guard currency == "USD" else { throw ReportFault(reason: "an amount is not in USD") }
        guard let amount = ReportedAmount(cents: cents) else {
            throw ReportFault(reason: "an amount is not a decimal number")
        }
        return amount
    }
}

private func moment(_ text: String) throws(ReportFault) -> Timestamp {
    guard let moment = Timestamp(text) else { throw ReportFault(reason: "a time is not in RFC 3339") }
    return moment
}
