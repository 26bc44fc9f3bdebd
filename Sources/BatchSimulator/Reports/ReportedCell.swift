import BatchPipeline
import JSONLines
import MessageBatches
import Prices

/// What the requests of one model used in one minute.
struct ReportedCell: Sendable {
    /// Minutes since the Unix epoch.
    var minute: Int
    var model: String
    var requests = 0
    var usage = TokenUsage()
    /// The cost of each class of tokens, and of web searches, without requests that are not billed.
    var costs: [UsageField: Money] = [:]

    var start: Timestamp { Timestamp(seconds: Int64(minute) * 60) }

    /// Adds another cell.
    mutating func add(_ other: ReportedCell) {
        requests += other.requests
        usage.addClamped(other.usage)
        for (field, cost) in other.costs { costs[field, default: .zero] += cost }
    }

    /// Multiplies all values.
    mutating func multiply(by factor: Int) {
        requests *= factor
        for field in UsageField.allCases { usage[field] *= Int64(factor) }
        costs = costs.mapValues { Money(picoDollars: $0.picoDollars * Int128(factor)) }
    }
}

/// Reads what the requests of a batch used from its result lines.
///
/// The requests are processed one after the other, evenly spread over the time between creation and end of the batch.
struct ReportedBatch {
    private struct Key: Hashable {
        var minute: Int
        var model: String
    }

    private var cells: [Key: ReportedCell] = [:]
    private let batch: MessageBatch
    private let pricing: RequestPricing
    private let lines: Int

    /// The cells of a batch that has ended; empty for another one, or without results.
    static func cells(of simulated: SimulatedBatch, at now: Timestamp, baseURL: String) -> [ReportedCell] {
        guard let body = simulated.billedResults(at: now),
            let batch = try? MessageBatch(json: simulated.json(at: now, baseURL: baseURL))
        else { return [] }
        var reported = ReportedBatch(batch, lines: body.lineCount, baseURL: baseURL)
        var reader = BodyReader(body, isGzipped: false)
        var splitter = LineSplitter()
        while let piece = reader.next() {
            for block in (try? splitter.append(piece)) ?? [] { reported.add(block) }
        }
        if let block = splitter.finish() { reported.add(block) }
        return Array(reported.cells.values)
    }

    private init(_ batch: MessageBatch, lines: Int, baseURL: String) {
        self.batch = batch
        self.lines = max(lines, 1)
        pricing = RequestPricing(table: .builtIn, origin: baseURL)
    }

    private mutating func add(_ block: LineBlock) {
        var decoded = ResultDecoder.decode(block)
        decoded.price(by: pricing, of: batch)
        for record in decoded.records where record.type == .succeeded && record.usageIsReadable {
            let minute = minute(ofLine: record.lineNumber)
            let model = decoded.text(record.model) ?? ""
            let geo = decoded.text(record.inferenceGeo) ?? ""
            if record.entries.isEmpty { add(record.usage, record.price.amounts, minute, model, geo) }
            for entry in record.entries {
                add(entry.usage, entry.amounts, minute, decoded.text(entry.model) ?? model, geo)
            }
            cells[Key(minute: minute, model: model), default: ReportedCell(minute: minute, model: model)].requests += 1
        }
    }

    private mutating func add(_ usage: TokenUsage, _ amounts: Amounts, _ minute: Int, _ model: String, _ geo: String) {
        var cell = ReportedCell(minute: minute, model: model)
        cell.usage = usage
        cell.costs = costs(of: usage, amounts, model: model, geo: geo)
        cells[Key(minute: minute, model: model), default: ReportedCell(minute: minute, model: model)].add(cell)
    }

    /// The cost of each class; empty for a request that is not billed or has no price.
    private func costs(of usage: TokenUsage, _ amounts: Amounts, model: String, geo: String) -> [UsageField: Money] {
        let prices = pricing.table.prices(of: model, geo: geo, day: batch.day)?
            .range(promptTokens: Int(clamping: usage.prompt)).prices
        guard let prices, amounts.list > .zero else { return [:] }
        let divisor: Int128 = amounts.cost == amounts.list ? 1 : 2
        var costs: [UsageField: Money] = [:]
        for field in UsageField.billed where usage[field] > 0 {
            let count = Int128(usage[field])
            if case .piece(let price) = field.billing {
                costs[field] = Money(picoDollars: count * price)
            } else if let price = prices[field] {
                costs[field] = Money(picoDollars: count * Int128(price) / divisor)
            }
        }
        return costs
    }

    private func minute(ofLine line: Int) -> Int {
        let end = max(batch.endedAt ?? batch.createdAt, batch.createdAt)
        let span = end.nanoseconds - batch.createdAt.nanoseconds
        let moment = batch.createdAt.nanoseconds + span * Int128(2 * line - 1) / Int128(2 * lines)
        return Int(moment / 60_000_000_000)
    }
}

extension ReplyBody {
    /// The number of lines; the last one may lack its line end.
    fileprivate var lineCount: Int {
        switch self {
        case .generated(let batch): batch.lines
        case .bytes(let bytes): bytes.lineEndCount + (bytes.last.map { $0 != 0x0A } ?? false ? 1 : 0)
        }
    }
}
