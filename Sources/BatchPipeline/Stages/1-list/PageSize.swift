/// The number of batches per page that a walk requests.
///
/// The API accepts up to 1,000. A gateway may refuse that many, or return fewer without an error. The walk then
/// continues with smaller pages.
package struct PageSize: Sendable, Hashable {
    /// The size that the walk began with.
    package let requested: Int
    /// The size of the next request.
    package private(set) var current: Int
    /// The current size before a request that is repeated with a smaller one.
    private var former: Int?
    /// Whether the server leaves batches out of its pages, so that a short page does not show a limit.
    private var isFiltered = false
    /// The number of batches of the last page, if it was a short one.
    private var lastCount: Int?

    /// The sizes to try if the server does not name the one that it accepts.
    private static let ladder = [100, 20, 10, 5, 1]
    /// The API's size of a page without a limit; no gateway is known to return fewer.
    private static let smallestLimit = 20

    package init(_ size: Int) {
        (requested, current) = (size, size)
    }

    /// The next smaller size to try; nil after 1.
    package static func smaller(than size: Int) -> Int? {
        ladder.first { $0 < size }
    }

    /// The size that the server limited pages to; nil if it accepted the requested one.
    package var reduced: Int? { current < requested ? current : nil }

    /// Reduces the size after an error, to the one that its message names, or else to the next smaller one.
    ///
    /// Returns false if the error is not about the size, or if there is no smaller one.
    mutating func reduce(after error: ServiceError) -> Bool {
        guard error.refusesPageSize, let next = Self.smaller(than: current) else { return false }
        // A number that was tried in vain is not the limit.
        let named = current == requested ? Self.numbers(in: error.message ?? "").filter { $0 < current }.max() : nil
        current = named ?? next
        return true
    }

    private static func numbers(in text: String) -> [Int] {
        text.split { !$0.isASCII || !$0.isNumber }.compactMap { Int($0) }.filter { $0 > 0 }
    }

    /// Evaluates the number of elements of a page, and returns whether to request the same page again.
    ///
    /// A page that ends before its cursor, although the server has more, was cut: its cursor would skip batches. It is
    /// requested again with the size that arrived. If even fewer batches arrive then, the server leaves batches out, and
    /// its pages are used unchanged.
    mutating func evaluate(count: Int, hasMore: Bool, endsAtCursor: Bool) -> Bool {
        if let size = former {
            former = nil
            guard hasMore, count < current else { return false }
            isFiltered = true
            current = size
            return true
        }
        guard hasMore, !isFiltered, (1..<current).contains(count) else {
            lastCount = nil
            return false
        }
        guard endsAtCursor else {
            former = current
            current = count
            return true
        }
        // One short page may have a reason of its own. Two of the same length show a limit.
        if count == lastCount, count >= Self.smallestLimit {
            (current, lastCount) = (count, nil)
        } else {
            lastCount = count
        }
        return false
    }
}

extension ServiceError {
    /// Whether the server refused the number of batches per page, the parameter `limit`.
    ///
    /// A reached spend limit is a 400 as well, but not about a page.
    package var refusesPageSize: Bool {
        guard isListing, [400, 422].contains(status), let message = message?.lowercased() else { return false }
        let words = Set(message.split { !$0.isLetter && $0 != "_" }.map(String.init))
        guard words.isDisjoint(with: ["usage", "spend", "spending", "rate", "credit"]) else { return false }
        return !words.isDisjoint(with: ["limit", "page_size", "pagesize", "per_page", "max_results", "maxresults"])
            || message.contains("page size")
    }
}
