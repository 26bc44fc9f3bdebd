/// Distributes requests to files, each of which can be submitted as one batch.
///
/// A part has at most ``maxRequests`` requests and ``maxBytes`` bytes as a complete body, and no `custom_id` twice (API
/// reference, Create a Message Batch). A request is assigned to the first part that has room for it.
package struct RequestFileSplitter: Sendable {
    package static let maxRequests = 100_000
    /// 256 MB, for the whole body.
    package static let maxBytes = 256_000_000
    /// The bytes of `{"requests":[` and `]}` with a line end.
    package static let frameBytes = 16

    private let maxRequests: Int
    private let maxBytes: Int
    /// The parts that have room, with their numbers.
    private var open: [(number: Int, part: Part)] = []
    /// The number of parts so far.
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

    /// Assigns a request to a part.
    ///
    /// Returns the number of the part, from 0, and the parts that are now full; nil if the request is too large for any
    /// part.
    package mutating func assign(id: [UInt8], bytes: Int) -> (part: Int, closed: [Int])? {
        // Requests are separated by a comma, which needs one byte.
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
