/// A count in `message.usage` that Batchkeep reads, stores, sums and shows, and prices if it has a price.
///
/// The cases are in the order of the columns. Code that handles all fields loops over `allCases`; see the guide "Add a
/// usage field".
package enum UsageField: Int, Sendable, CaseIterable {
    case input, cacheCreation5m, cacheCreation1h, cacheRead, output, thinking, webSearches, webFetches
}

extension UsageField {
    /// How a field is billed.
    package enum Billing: Sendable, Hashable {
        /// Per token, with the batch discount, at the price in this column of a price table.
        case token(priceColumn: String)
        /// Per piece, in pico-dollars, without the batch discount.
        case piece(Int128)
        /// Not billed, because the field is free or part of another field.
        case none
    }

    /// The facts about a field.
    private struct Facts: Sendable {
        /// Where the count is in `message.usage`.
        var path: [String]
        /// Where the count is in a row of the organization's usage reports; nil for the same path.
        var reportPath: [String]?
        /// The column of flat rows and roll-ups.
        var column: String
        /// The heading of that column, and what its values mean.
        var title: String
        var meaning: String
        /// Whether the tokens are part of the prompt, whose size some prices depend on.
        var isPrompt = false
        var billing: Billing
    }

    /// The facts of each field, in the order of the cases.
    private static let facts = [
        Facts(
            path: ["input_tokens"],
            reportPath: ["uncached_input_tokens"],
            column: "input_tokens",
            title: "Input",
            meaning: "prompt tokens neither written to nor read from the cache",
            isPrompt: true,
            billing: .token(priceColumn: "input")
        ),
        Facts(
            path: ["cache_creation", "ephemeral_5m_input_tokens"],
            column: "cache_creation_5m_tokens",
            title: "Cache write 5m",
            meaning: "prompt tokens written to the five-minute cache",
            isPrompt: true,
            billing: .token(priceColumn: "cache_write_5m")
        ),
        Facts(
            path: ["cache_creation", "ephemeral_1h_input_tokens"],
            column: "cache_creation_1h_tokens",
            title: "Cache write 1h",
            meaning: "prompt tokens written to the one-hour cache",
            isPrompt: true,
            billing: .token(priceColumn: "cache_write_1h")
        ),
        Facts(
            path: ["cache_read_input_tokens"],
            column: "cache_read_tokens",
            title: "Cache read",
            meaning: "prompt tokens read from the cache",
            isPrompt: true,
            billing: .token(priceColumn: "cache_read")
        ),
        Facts(
            path: ["output_tokens"],
            column: "output_tokens",
            title: "Output",
            meaning: "answer tokens, thinking included",
            billing: .token(priceColumn: "output")
        ),
        Facts(
            path: ["output_tokens_details", "thinking_tokens"],
            column: "thinking_tokens",
            title: "Thinking",
            meaning: "the part of output_tokens that was thinking",
            billing: .none
        ),
        Facts(
            path: ["server_tool_use", "web_search_requests"],
            column: "web_search_requests",
            title: "Web searches",
            meaning: "web searches of the server tool",
            // 10 dollars per thousand. The batch discount is documented for tokens only.
            billing: .piece(10_000_000_000)
        ),
        Facts(
            path: ["server_tool_use", "web_fetch_requests"],
            column: "web_fetch_requests",
            title: "Web fetches",
            meaning: "web fetches of the server tool",
            billing: .none
        ),
    ]

    private var facts: Facts { Self.facts[rawValue] }

    /// Where the count is in `message.usage`.
    package var path: [String] { facts.path }

    /// Where the count is in a row of the organization's usage reports.
    package var reportPath: [String] { facts.reportPath ?? path }

    /// The column of flat rows and roll-ups.
    package var column: String { facts.column }

    /// The heading of the column.
    package var title: String { facts.title }

    /// What the values of the column mean.
    package var meaning: String { facts.meaning }

    package var billing: Billing { facts.billing }

    /// Whether the field counts tokens, and not requests of server tools.
    package var isTokens: Bool { column.hasSuffix("_tokens") }

    /// Whether the tokens are part of the prompt.
    package var isPrompt: Bool { facts.isPrompt }

    /// The fields that are billed.
    package static let billed = allCases.filter { $0.billing != .none }

    /// The fields that are billed per token, each with a column in the price table.
    package static let priced = allCases.filter { $0.priceColumn != nil }

    /// The column of the price table; nil if the field is not billed per token.
    package var priceColumn: String? {
        if case .token(let column) = billing { column } else { nil }
    }

    /// Whether every row of a price table has a price for the field.
    package var isAlwaysPriced: Bool { self == .input || self == .output }
}
