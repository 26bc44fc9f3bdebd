import BatchPipeline
package import MessageBatches
import Prices

/// Succeeded requests with their billed tokens and what these cost.
package struct UsageCell: Sendable, Equatable {
    package var requests = 0
    /// The sum over all requests with readable counts.
    ///
    /// A sum that would exceed `Int64.max` stays at that value.
    package var usage = TokenUsage()
    package var prices = PriceTally()

    package init() {}

    /// The requests that have no price.
    var unpricedRequests: Int { requests - prices.requests }

    /// Counts a succeeded request with everything that it used.
    mutating func count(_ record: ResultRecord) {
        count(record.price)
        add(record.usage, record.price.amounts)
    }

    /// Counts a succeeded request without its tokens and their cost.
    mutating func count(_ price: RequestPrice) {
        requests += 1
        prices.count(price)
    }

    /// Adds tokens and their cost.
    mutating func add(_ usage: TokenUsage, _ amounts: Amounts) {
        self.usage.addClamped(usage)
        prices.amounts += amounts
    }
}

extension UsageCell: StoredValue {
    package mutating func merge(_ other: UsageCell) {
        requests = requests.addingClamped(other.requests)
        usage.addClamped(other.usage)
        prices.merge(other.prices)
    }

    var weight: Int { requests }

    /// The place of a field in the rows of manifests, after the other numbers.
    ///
    /// A new field gets the next free number: in rows that were stored before, it reads as 0.
    private static func place(of field: UsageField) -> Int {
        switch field {
        case .input: 0
        case .output: 1
        case .cacheCreation5m: 2
        case .cacheCreation1h: 3
        case .cacheRead: 4
        case .thinking: 5
        case .webSearches: 6
        case .webFetches: 7
        }
    }

    /// The fields in the order in which manifests store them.
    private static let order = UsageField.allCases.sorted { place(of: $0) < place(of: $1) }

    var numbers: [Int] {
        let amounts = [prices.amounts.cost, prices.amounts.list, prices.amounts.withoutCache, prices.notBilledList]
        return [requests, prices.requests, prices.assumed, prices.notBilled]
            + amounts.flatMap { amount in
                // Whole dollars and pico-dollars: one number could be too large.
                let (whole, fraction) = amount.parts
                return [Int(clamping: whole), Int(fraction)]
            } + Self.order.map { Int(usage[$0]) }
    }

    init(_ row: StoredRow, from place: Int) {
        requests = row[place]
        prices.requests = row[place + 1]
        prices.assumed = row[place + 2]
        prices.notBilled = row[place + 3]
        func amount(_ index: Int) -> Money {
            let start = place + 4 + 2 * index
            return Money(picoDollars: Int128(row[start]) * 1_000_000_000_000 + Int128(row[start + 1]))
        }
        prices.amounts.cost = amount(0)
        prices.amounts.list = amount(1)
        prices.amounts.withoutCache = amount(2)
        prices.notBilledList = amount(3)
        for (index, field) in Self.order.enumerated() { usage[field] = Int64(row[place + 12 + index]) }
    }
}
