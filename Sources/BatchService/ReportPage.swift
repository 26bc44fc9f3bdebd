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
    ///
    /// Without the cursor of a page that exists, the report would be incomplete.
    func cursor() throws(ReportFault) -> String? {
        guard hasMore != false else { return nil }
        if let nextPage, !nextPage.isEmpty { return nextPage }
        guard hasMore == nil else { throw ReportFault(reason: "has_more is true, but next_page is missing or null") }
        return nil
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

    init(reason: String) {
        self.reason = reason
    }

    /// The fault of a page that cannot be decoded; it names the field, but no data of the answer.
    init(_ error: any Error) {
        reason =
            switch error {
            case let fault as ReportFault: fault.reason
            case DecodingError.keyNotFound(let key, let context):
                "\(Self.name(of: context.codingPath + [key])) is missing"
            case DecodingError.valueNotFound(_, let context): "\(Self.name(of: context.codingPath)) is missing or null"
            case DecodingError.typeMismatch(_, let context): "\(Self.name(of: context.codingPath)) has another type"
            case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
                "\(Self.name(of: context.codingPath)) is not valid"
            default: "its fields are not those of a report"
            }
    }

    /// A path in the document, such as `data[0].results[2].amount`.
    private static func name(of path: [any CodingKey]) -> String {
        let name = path.reduce(into: "") { $0 += $1.intValue.map { "[\($0)]" } ?? ".\($1.stringValue)" }
        return name.isEmpty ? "the document" : String(name.drop { $0 == "." })
    }
}

/// A bucket of time of the older reports, which contains its rows.
struct ReportBucket<Result: BucketResult>: ReportItem {
    let startingAt: String
    let endingAt: String
    /// Nil if the bucket has no rows.
    let results: [Result]?

    private enum CodingKeys: String, CodingKey {
        case startingAt = "starting_at"
        case endingAt = "ending_at"
        case results
    }

    init(from decoder: any Decoder) throws {
        let bucket = try decoder.container(keyedBy: CodingKeys.self)
        startingAt = try bucket.decode(String.self, forKey: .startingAt)
        endingAt = try bucket.decode(String.self, forKey: .endingAt)
        // It may be null, but a report of another form must not count as an empty one.
        results = try bucket.decode([Result]?.self, forKey: .results)
    }

    func rows() throws(ReportFault) -> [UsageReport.Row<Result.Value>] {
        var rows: [UsageReport.Row<Result.Value>] = []
        for result in results ?? [] {
            guard let value = try result.value() else { continue }
            rows.append(try result.attributes.row(from: startingAt, to: endingAt, value: value))
        }
        return rows
    }
}

/// A row in a bucket of the older reports.
protocol BucketResult: Decodable, Sendable {
    associatedtype Value: Sendable & Equatable

    var attributes: ReportAttributes { get }
    /// The value of the row; nil if the row is not about tokens of batches.
    func value() throws(ReportFault) -> Value?
}

/// The tokens of a row in the older usage report.
struct BucketUsage: BucketResult {
    let attributes: ReportAttributes
    private let counts: ReportedCounts?

    init(from decoder: any Decoder) throws {
        attributes = try ReportAttributes(from: decoder)
        counts = attributes.serviceTier == "batch" ? try ReportedCounts(from: decoder) : nil
    }

    func value() throws(ReportFault) -> TokenUsage? { try counts?.usage() }
}

/// The amount of a row in the older cost report.
struct BucketCost: BucketResult {
    let attributes: ReportAttributes
    private let cost: ReportedCost?

    init(from decoder: any Decoder) throws {
        attributes = try ReportAttributes(from: decoder)
        let isOfBatches = attributes.serviceTier == "batch" && attributes.costType == "tokens"
        cost = isOfBatches ? try ReportedCost(from: decoder) : nil
    }

    func value() throws(ReportFault) -> ReportedAmount? { try cost?.amount() }
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
    /// Nil if the row is not about tokens.
    let cost: ReportedCost?

    private enum CodingKeys: String, CodingKey {
        case startingAt = "starting_at"
        case endingAt = "ending_at"
        case group, cost
    }

    init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        startingAt = try row.decode(String.self, forKey: .startingAt)
        endingAt = try row.decode(String.self, forKey: .endingAt)
        group = try row.decode(ReportAttributes.self, forKey: .group)
        cost = group.costType == "tokens" ? try row.decode(ReportedCost.self, forKey: .cost) : nil
    }

    func rows() throws(ReportFault) -> [UsageReport.Row<ReportedAmount>] {
        guard let cost else { return [] }
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
                let path = row.codingPath + field.reportPath.map(Name.init)
                throw DecodingError.valueNotFound(Int64.self, .init(codingPath: path, debugDescription: "missing"))
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
        if let field = UsageField.billed.first(where: { counts[$0] < 0 }) {
            throw ReportFault(reason: "\(field.reportPath.joined(separator: ".")) of a row is negative")
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
        guard currency == "USD" else { throw ReportFault(reason: "currency of a row is not USD") }
        guard let amount = ReportedAmount(cents: cents) else {
            throw ReportFault(reason: "amount of a row is not a decimal number")
        }
        return amount
    }
}

private func moment(_ text: String) throws(ReportFault) -> Timestamp {
    guard let moment = Timestamp(text) else { throw ReportFault(reason: "starting_at or ending_at is not in RFC 3339") }
    return moment
}
