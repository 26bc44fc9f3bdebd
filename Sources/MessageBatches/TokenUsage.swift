/// The count of every ``UsageField``, for one request or summed over many.
package struct TokenUsage: Sendable, Hashable {
    // Separate stored properties: adding a SIMD vector of eight was twelve times slower.
    package var input: Int64 = 0
    package var cacheCreation5m: Int64 = 0
    package var cacheCreation1h: Int64 = 0
    package var cacheRead: Int64 = 0
    package var output: Int64 = 0
    package var thinking: Int64 = 0
    package var webSearches: Int64 = 0
    package var webFetches: Int64 = 0

    package init() {}

    /// The count of a field.
    @inlinable
    package subscript(_ field: UsageField) -> Int64 {
        @inline(__always) get {
            switch field {
            case .input: input
            case .cacheCreation5m: cacheCreation5m
            case .cacheCreation1h: cacheCreation1h
            case .cacheRead: cacheRead
            case .output: output
            case .thinking: thinking
            case .webSearches: webSearches
            case .webFetches: webFetches
            }
        }
        @inline(__always) set {
            switch field {
            case .input: input = newValue
            case .cacheCreation5m: cacheCreation5m = newValue
            case .cacheCreation1h: cacheCreation1h = newValue
            case .cacheRead: cacheRead = newValue
            case .output: output = newValue
            case .thinking: thinking = newValue
            case .webSearches: webSearches = newValue
            case .webFetches: webFetches = newValue
            }
        }
    }

    /// The tokens of the whole prompt: uncached, cache writes and cache reads (API reference, Message usage).
    package var prompt: Int64 {
        input.addingClamped(cacheCreation).addingClamped(cacheRead)
    }

    /// The tokens of all cache writes, of every lifetime.
    @inlinable
    package var cacheCreation: Int64 {
        cacheCreation5m.addingClamped(cacheCreation1h)
    }

    /// Adds field by field; a sum that overflows becomes `Int64.max`.
    // Runs for every line of an export, so the fields are written out instead of looped over.
    // Not inlined: in a loop, the optimizer of Swift 6.3.1 spends minutes on its stores.
    @inline(never)
    package mutating func addClamped(_ other: TokenUsage) {
        input = input.addingClamped(other.input)
        cacheCreation5m = cacheCreation5m.addingClamped(other.cacheCreation5m)
        cacheCreation1h = cacheCreation1h.addingClamped(other.cacheCreation1h)
        cacheRead = cacheRead.addingClamped(other.cacheRead)
        output = output.addingClamped(other.output)
        thinking = thinking.addingClamped(other.thinking)
        webSearches = webSearches.addingClamped(other.webSearches)
        webFetches = webFetches.addingClamped(other.webFetches)
    }

    /// Whether any count is `Int64.max`, which means that the real sum may be larger.
    package var isClamped: Bool {
        UsageField.allCases.contains { self[$0] == .max }
    }
}

extension FixedWidthInteger {
    /// Returns the sum, or the largest value of the type if the sum overflows.
    ///
    /// For non-negative numbers the operation is associative and commutative.
    @inlinable
    package func addingClamped(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
