/// Splits requests into files that each can be submitted as one batch.
///
/// A part has at most ``maxRequests`` requests and ``maxBytes`` bytes as a finished body, and no `custom_id` twice (API
/// reference, Create a Message Batch). A request goes into the first part that has room for it.
package struct RequestFileSplitter: Sendable {
    package static let maxRequests = 100_000
    /// 256 MB, of the whole body.
    package static let maxBytes = 256_000_000
    /// `{"requests":[` and `]}` with a line end.
    package static let frameBytes = 16

    private let maxRequests: Int
    private let maxBytes: Int
    /// Parts with room, by their number.
    private var open: [(number: Int, part: Part)] = []
    /// Parts begun so far.
    package private(set) var count = 0

    private struct Part {
        var requests = 0
        var bytes = RequestFileSplitter.frameBytes
        var ids: Set<[UInt8]> = []
    }

    /// Smaller limits are for tests and for services with other limits.
    package init(maxRequests: Int = RequestFileSplitter.maxRequests, maxBytes: Int = RequestFileSplitter.maxBytes) {
        self.maxRequests = maxRequests
        self.maxBytes = maxBytes
    }

    /// The part for a request, from 0, or nil for a request that is too large for any.
    ///
    /// `closed` are parts that get no more.
    package mutating func place(id: [UInt8], bytes: Int) -> (part: Int, closed: [Int])? {
        // A comma or nothing stands between requests: one byte each is never too few.
        let needed = bytes + 1
        guard Self.frameBytes + needed <= maxBytes else { return nil }
        var closed: [Int] = []
        open.removeAll { number, part in
            let isFull = part.requests == maxRequests || part.bytes + needed > maxBytes
            if isFull { closed.append(number) }
            return isFull
        }
        let index: Int
        if let found = open.firstIndex(where: { !$0.part.ids.contains(id) }) {
            index = found
        } else {
            open.append((count, Part()))
            count += 1
            index = open.count - 1
        }
        open[index].part.requests += 1
        open[index].part.bytes += needed
        open[index].part.ids.insert(id)
        return (open[index].number, closed)
    }
}
