package import MessageBatches

/// An ended batch whose result lines are generated from a seed.
///
/// Any line can be generated on its own, and no line is kept in memory.
package struct GeneratedBatch: Sendable {
    package let seed: UInt64
    /// The position of the batch in its scenario; 0 is the newest.
    package let index: Int
    /// The number of results.
    package let lines: Int
    package let id: String
    package let createdAt: Timestamp
    /// The step that scatters request numbers over the lines; it is coprime to the number of lines.
    private let step: Int

    /// Creates a batch: the newest was created 25 hours before `start`, the others earlier, but within the 29 days of
    /// retention.
    init(seed: UInt64, index: Int, of count: Int, lines: Int, start: Timestamp) {
        self.seed = seed
        self.index = index
        self.lines = lines
        var random = SeededRandom(seed: seed, index)
        id = SimulatedID.make("msgbatch_01", from: &random)
        let newest = start.nanoseconds - 25 * Int128(Self.hour)
        let spacing = min(Self.hour / 3, 26 * 24 * Self.hour / Int64(count))
        let jitter = Int64(random.below(1_000_000)) * spacing / 1_000_000
        let exact = newest - Int128(index) * Int128(spacing) - Int128(jitter)
        createdAt = Timestamp(nanoseconds: exact - exact % 1_000)
        step = [15_485_863, 104_729, 7_919].first { !lines.isMultiple(of: $0) } ?? 1
    }

    /// The number of results per type, computed without generating them.
    package var counts: RequestCounts {
        ResultMix.counts(ofLines: lines)
    }

    /// Appends one result line with its newline.
    package func appendLine(_ line: Int, to output: inout [UInt8]) {
        var random = SeededRandom(seed: seed, index, line)
        let request = Int((UInt64(line) &* UInt64(step) &+ UInt64(lines / 2)) % UInt64(lines))
        ResultLineWriter.shared.append(
            ResultMix.type(ofLine: line),
            request: request,
            idStyle: index % 3,
            to: &output,
            random: &random
        )
    }

    /// Appends whole lines from `line` on until there are at least `count` bytes or the batch ends.
    ///
    /// - Returns: The next line to append.
    func appendLines(from line: Int, bytes count: Int, to output: inout [UInt8]) -> Int {
        var line = line
        output.reserveCapacity(count + LineSizes.largest)
        while line < lines, output.count < count {
            appendLine(line, to: &output)
            line += 1
        }
        return line
    }

    /// All lines, for small batches.
    package func allLines() -> [UInt8] {
        var output: [UInt8] = []
        for line in 0..<lines { appendLine(line, to: &output) }
        return output
    }

    /// The batch object, with the key order that the API used in 2026.
    func document() -> [UInt8] {
        let counts = self.counts
        let wasCanceled = counts[.canceled] > 0
        let minutes: Int64 = counts[.expired] > 0 ? 24 * 60 : wasCanceled ? 90 : 20
        let ended = createdAt.adding(seconds: minutes * 60)
        let canceled = wasCanceled ? "\"\(createdAt.adding(seconds: minutes * 60 - 600).wireText)\"" : "null"
        let json = """
            {"id":"\(id)","type":"message_batch","processing_status":"ended","request_counts":\(counts.wireJSON),\
            "ended_at":"\(ended.wireText)","created_at":"\(createdAt.wireText)",\
            "expires_at":"\(createdAt.adding(seconds: 86_400).wireText)","archived_at":null,\
            "cancel_initiated_at":\(canceled),\
            "results_url":"\(SimulatedBatch.baseURLPlaceholder)/v1/messages/batches/\(id)/results"}
            """
        return Array(json.utf8)
    }

    private static let hour: Int64 = 3_600_000_000_000
}

/// Determines the result type of each line, so that the counts of any number of lines can be computed.
///
/// Each type has a fixed share of every thousand lines. A step of 617, which is coprime to 1,000, scatters them.
enum ResultMix {
    private static let period = 1_000
    /// The number of errored, expired and canceled results per thousand; the others succeed.
    private static let shares: [(type: ResultType, count: Int)] = [(.errored, 30), (.expired, 8), (.canceled, 7)]

    /// The type of a line, given its index in the batch.
    static func type(ofLine index: Int) -> ResultType {
        var rank = (index % period * 617 + 23) % period
        for share in shares {
            if rank < share.count { return share.type }
            rank -= share.count
        }
        return .succeeded
    }

    /// The counts of a batch with this many lines.
    static func counts(ofLines lines: Int) -> RequestCounts {
        var byType: [String: Int] = [:]
        for share in shares { byType[share.type.name] = share.count * (lines / period) }
        byType[ResultType.succeeded.name] = (period - shares.reduce(0) { $0 + $1.count }) * (lines / period)
        for index in (lines / period * period)..<lines { byType[type(ofLine: index).name, default: 0] += 1 }
        return RequestCounts(byType: byType)
    }
}
