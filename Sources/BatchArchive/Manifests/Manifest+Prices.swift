package import BatchPipeline
import JSONLines
import MessageBatches
package import Prices

// The rows of the price table in a manifest, with prices in US dollars per million tokens as in a price table:
//
//     {"model":"claude-haiku-4-5-20251001","aliases":["claude-haiku-4-5"],"prompt_min":null,"prompt_max":null,
//     "valid_from":"2025-10-15","valid_to":null,"prices":{"input":1,"output":5},"geo_us_x":1,"confidence":"A",
//     "source":"built in"}

extension Manifest {
    /// The prices that the flat rows and summaries were computed with.
    ///
    /// Requests without a row in it have no price. Nil in a manifest of an earlier version, which has no costs.
    var priceTable: PriceTable? { prices.map { PriceTable(rows: $0) } }

    /// Reads the rows of a manifest; nil if the value is not an array.
    ///
    /// An invalid row is nil.
    static func prices(_ cursor: inout JSONCursor) throws(JSONSyntaxError) -> [PriceRow?]? {
        guard try cursor.kind() == .array else {
            try cursor.skipValue()
            return nil
        }
        var rows: [PriceRow?] = []
        try cursor.elements { cursor throws(JSONSyntaxError) in rows.append(try PriceRow(&cursor)) }
        return rows
    }

    /// Prices requests as the flat rows and summaries of the batch do; without recorded prices, none has a price.
    package var pricing: RequestPricing { pricing(by: nil) }

    /// Prices requests by a table; nil for the recorded prices.
    package func pricing(by table: PriceTable?) -> RequestPricing {
        RequestPricing(table: table ?? priceTable ?? PriceTable(rows: []), origin: source.origin)
    }
}

extension PriceTable {
    /// The SHA-256 of the rows, lowercase hex, which identifies the table.
    var digest: String { ContentDigest.hex(JSONNode.array(rows.map { $0.node }).text) }
}

extension PriceRow {
    private enum Key: String, CaseIterable {
        case model, aliases
        case promptMinimum = "prompt_min"
        case promptMaximum = "prompt_max"
        case validFrom = "valid_from"
        case validTo = "valid_to"
        case prices
        case usFactor = "geo_us_x"
        case confidence, source
    }

    private static let keys = JSONKeys<Key>()
    private static let priceKeys = JSONKeyTable(UsageField.priced.compactMap(\.priceColumn))
    private static let builtIn = "built in"

    var node: JSONNode {
        let amounts = UsageField.priced.compactMap { field -> (String, JSONNode)? in
            guard let column = field.priceColumn, let price = prices[field] else { return nil }
            return (column, .verbatim(Self.decimal(millionths: price)))
        }
        let source =
            switch origin {
            case .builtIn: Self.builtIn
            // The folder is a fact about the machine, not about the price.
            case .file(let path): path.split(separator: "/").last.map { String($0) } ?? path
            }
        let members: [(Key, JSONNode)] = [
            (.model, .text(model)),
            (.aliases, .array(aliases.map { .text($0) })),
            (.promptMinimum, promptMinimum.map { .number($0) } ?? .null),
            (.promptMaximum, promptMaximum.map { .number($0) } ?? .null),
            (.validFrom, .optional(validFrom?.text)),
            (.validTo, .optional(validTo?.text)),
            (.prices, .object(amounts)),
            (.usFactor, .verbatim(Self.decimal(millionths: usFactor))),
            (.confidence, .text(confidence)),
            (.source, .text(source)),
        ]
        return .object(members.map { ($0.0.rawValue, $0.1) })
    }

    /// Reads a row; nil if it has no model or an invalid number.
    init?(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        var texts: [Key: String] = [:]
        var numbers: [Key: Int] = [:]
        var aliases: [String] = []
        var prices: [UsageField: Int64] = [:]
        var usFactor: Int64? = 1_000_000
        var isValid = true
        try cursor.members(Self.keys) { key, cursor throws(JSONSyntaxError) in
            switch key {
            case .model, .validFrom, .validTo, .confidence, .source: texts[key] = try cursor.optionalText()
            case .promptMinimum, .promptMaximum: numbers[key] = try cursor.optionalNumber()
            case .aliases:
                try cursor.elements { cursor throws(JSONSyntaxError) in
                    if let alias = try cursor.optionalText() { aliases.append(alias) }
                }
            case .usFactor: usFactor = try Self.millionths(&cursor)
            case .prices:
                try cursor.members(Self.priceKeys) { place, cursor throws(JSONSyntaxError) in
                    let price = try Self.millionths(&cursor)
                    if price == nil { isValid = false }
                    prices[UsageField.priced[place]] = price
                }
            }
        }
        guard isValid, let model = texts[.model], let usFactor else { return nil }
        self.init(
            model: model,
            aliases: aliases,
            promptMinimum: numbers[.promptMinimum],
            promptMaximum: numbers[.promptMaximum],
            validFrom: texts[.validFrom].flatMap { CalendarDay($0) },
            validTo: texts[.validTo].flatMap { CalendarDay($0) },
            prices: TokenPrices(prices),
            usFactor: usFactor,
            confidence: texts[.confidence] ?? "",
            origin: texts[.source].map { $0 == Self.builtIn ? .builtIn : .file($0) } ?? .builtIn
        )
    }

    private static func decimal(millionths: Int64) -> [UInt8] {
        Array(Money(picoDollars: Int128(millionths) * 1_000_000).text.utf8)
    }

    /// Reads a decimal with up to six places as a whole number of millionths; nil for anything else.
    private static func millionths(_ cursor: inout JSONCursor) throws(JSONSyntaxError) -> Int64? {
        let range = try cursor.skipValue()
        let text = String(decoding: cursor.bytes(range), as: UTF8.self)
        guard let amount = Money(text), amount.picoDollars >= 0, amount.picoDollars % 1_000_000 == 0 else { return nil }
        return Int64(exactly: amount.picoDollars / 1_000_000)
    }
}
