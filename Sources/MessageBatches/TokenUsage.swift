/// The tokens of one request or of many, by the classes that are priced differently.
package struct TokenUsage: Sendable, Hashable, Codable {
    /// Prompt tokens that were neither written to nor read from the cache.
    package var input: Int64 = 0
    /// Prompt tokens written to the five-minute cache.
    package var cacheCreation5m: Int64 = 0
    /// Prompt tokens written to the one-hour cache.
    package var cacheCreation1h: Int64 = 0
    /// Prompt tokens read from the cache.
    package var cacheRead: Int64 = 0
    /// Answer tokens, thinking included.
    package var output: Int64 = 0
    /// The part of `output` that was thinking.
    package var thinking: Int64 = 0
    /// Web searches, priced by the thousand.
    package var webSearches: Int64 = 0
    /// Web fetches, free apart from their tokens.
    package var webFetches: Int64 = 0

    package init() {}

    /// The whole prompt: uncached, written and read (API reference, Message usage).
    package var prompt: Int64 {
        input + cacheCreation5m + cacheCreation1h + cacheRead
    }

    package static func += (sum: inout TokenUsage, other: TokenUsage) {
        sum.input += other.input
        sum.cacheCreation5m += other.cacheCreation5m
        sum.cacheCreation1h += other.cacheCreation1h
        sum.cacheRead += other.cacheRead
        sum.output += other.output
        sum.thinking += other.thinking
        sum.webSearches += other.webSearches
        sum.webFetches += other.webFetches
    }
}
