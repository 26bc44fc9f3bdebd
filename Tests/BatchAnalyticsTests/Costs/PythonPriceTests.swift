import BatchAnalytics
import Foundation
import MessageBatches
import Prices
import TestSupport
import Testing

/// Compares every amount with an independent computation in Python's decimal, to the last pico-dollar.
struct PythonPriceTests {
    @Test func `a million random requests have the same costs as computed in Python`() throws {
        guard let python = Self.python else {
            print("skipped: no python3 in PATH, so amounts are not compared with Python's")
            return
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "batchkeep-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (prices, rows) = (folder.appending(path: "prices.csv"), folder.appending(path: "rows.tsv"))
        try Data(BuiltInPrices.csv.utf8).write(to: prices)
        try Data(Self.rows(count: 1_000_000)).write(to: rows)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "check_prices.py")
        let process = Process()
        process.executableURL = python
        process.arguments = [script.path, prices.path, rows.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let report = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(report)")
        #expect(report.contains("1000000 rows"))
    }

    private static var python: URL? {
        let folders = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
        return folders.map { URL(filePath: "\($0)/python3") }
            .first {
                FileManager.default.isExecutableFile(atPath: $0.path)
            }
    }

    /// Random requests with their usage and the cost computed by Batchkeep.
    ///
    /// They have all models of the table and one that is not in it, days in and around the table, and prompt sizes
    /// around the tier edge.
    private static func rows(count: Int) -> [UInt8] {
        var random = SeededGenerator(seed: 20_261_122)
        let pricer = Pricer(table: .builtIn)
        let models = Array(Set(pricer.table.rows.map(\.model) + pricer.table.rows.flatMap(\.aliases))).sorted()
        let days = (0..<1_100).map { CalendarDay(daysSinceEpoch: 19_700 + $0) }
        let dayTexts = days.map(\.text)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * 110)
        for _ in 0..<count {
            let number = random.next()
            let model = number % 50 == 0 ? "claude-9" : models[Int(number >> 8) % models.count]
            let day = Int(number >> 20) % days.count
            let geo = number >> 40 & 3 == 0 ? "us" : "global"
            let usage = usage(using: &random)
            let cost = pricer.cost(of: usage, model: model, geo: geo, day: days[day])
            let state = cost.pricedRequests == 0 ? "unpriced" : cost.assumedRequests > 0 ? "assumed" : "priced"
            let counts = [
                usage.input, usage.cacheCreation5m, usage.cacheCreation1h, usage.cacheRead, usage.output,
                usage.webSearches,
            ]
            let amounts = [cost.batch, cost.list, cost.savedByCache].map { String($0.picoDollars) }
            let fields = [dayTexts[day], model, geo] + counts.map(String.init) + [state] + amounts
            bytes += fields.joined(separator: "\t").utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    private static func usage(using random: inout SeededGenerator) -> TokenUsage {
        let (first, second) = (random.next(), random.next())
        var usage = TokenUsage()
        usage.input =
            first & 7 == 0 ? 100_000 - Int64(first >> 8 & 3) : Int64(first >> 8 & 0x1FFFF) >> Int64(first >> 30 & 15)
        usage.output = Int64(first >> 40 & 0xFFFF) >> Int64(first >> 60)
        usage.cacheCreation5m = second & 3 == 0 ? Int64(second >> 4 & 3) : 0
        usage.cacheCreation1h = second >> 2 & 7 == 0 ? Int64(second >> 8 & 0xFFF) : 0
        usage.cacheRead = second >> 20 & 1 == 0 ? Int64(second >> 24 & 0x1FFFF) : 0
        usage.webSearches = second >> 50 & 15 == 0 ? Int64(second >> 54 & 15) : 0
        return usage
    }
}
