import MessageBatches
import Prices
import TestSupport
import Testing

struct PriceTableTests {
    private static let header = "model_id,aliases,prompt_min,prompt_max,valid_from,valid_to,input,output\n"

    @Test func `the built-in table is complete`() {
        let table = PriceTable.builtIn
        #expect(table.rows.count == 30)
        #expect(table.rows.allSatisfy { $0.origin == .builtIn })
        #expect(CalendarDay(BuiltInPrices.version) != nil)
    }

    @Test(arguments: [
        ("claude-sonnet-5-5", "2026-10-06", 200_000, false), ("claude-sonnet-5-5", "2026-10-07", 100_000, false),
        ("claude-sonnet-5-5", "2026-09-28", 200_000, false), ("claude-sonnet-5-5", "2026-09-27", 200_000, true),
        ("claude-sonnet-5-5", "2030-01-01", 100_000, false), ("claude-3-haiku-20240307", "2026-04-20", 30_000, false),
        ("claude-3-haiku-20240307", "2026-04-21", 30_000, true), ("claude-opus-4-5", "2026-01-01", 500_000, false),
        ("us.anthropic.claude-opus-4-5-20251101-v1:0", "2026-01-01", 500_000, false),
    ])
    func `the row of the day applies, including both ends, otherwise the nearest`(
        model: String,
        day: String,
        cacheRead: Int64,
        isAssumed: Bool
    ) throws {
        let match = try #require(PriceTable.builtIn.match(model: model, day: day.day, promptTokens: 5))
        #expect(match.row.prices[.cacheRead] == cacheRead)
        #expect(match.isAssumed == isAssumed)
    }

    @Test func `the tier is chosen by the size of the prompt`() throws {
        func input(_ promptTokens: Int) -> Int64? {
            let table = PriceTable.builtIn
            let match = table.match(model: "claude-haiku-5-5", day: "2026-10-07".day, promptTokens: promptTokens)
            return match?.row.prices[.input]
        }
        #expect(input(0) == 100_000)
        #expect(input(100_000) == 100_000)
        #expect(input(100_001) == 500_000)
        #expect(input(1_000_000) == 500_000)
    }

    @Test(
        arguments: [
            ("claude-sonnet-4-5", "2026-11-30"), ("anthropic.claude-sonnet-4-5-20250929-v1:0", "2026-11-30"),
            ("claude-opus-4-5-20251101", "2027-01-22"), ("claude-mythos-preview", "2026-06-30"),
            ("claude-sonnet-5-5", nil),
            ("claude-haiku-5-5", nil), ("claude-9", nil), ("", nil),
        ] as [(String, String?)]
    )
    func `the last day of a model is known if its retirement is past or announced`(model: String, day: String?) {
        #expect(PriceTable.builtIn.lastDay(of: model)?.text == day)
    }

    @Test func `an unknown model has no price`() {
        #expect(PriceTable.builtIn.match(model: "claude-9", day: "2026-10-07".day, promptTokens: 5) == nil)
        #expect(!PriceTable.builtIn.contains(model: "claude-9"))
        #expect(PriceTable.builtIn.contains(model: "claude-opus-4-0"))
    }

    @Test func `prices of a geo are whole and exist only if the table says so`() throws {
        let table = PriceTable.builtIn
        let new = try #require(table.match(model: "claude-opus-4-8", day: "2026-06-01".day, promptTokens: 5)).row
        #expect(new.prices(geo: "us")[.input] == 5_500_000)
        #expect(new.prices(geo: "us")[.cacheCreation5m] == 6_875_000)
        #expect(new.prices(geo: "global")[.input] == 5_000_000)
        #expect(new.prices(geo: "")[.input] == 5_000_000)
        let old = try #require(table.match(model: "claude-opus-4-5", day: "2026-06-01".day, promptTokens: 5)).row
        #expect(old.prices(geo: "us")[.input] == 5_000_000)
    }

    @Test func `the first of two equally near rows applies`() throws {
        let csv = Self.header + "m,,,,2026-01-10,2026-01-10,1,1\nm,,,,2026-01-20,2026-01-20,2,2\n"
        let table = try PriceTableReader.table(csv: csv, origin: .builtIn)
        #expect(table.match(model: "m", day: "2026-01-15".day, promptTokens: 0)?.row.prices[.input] == 1_000_000)
        #expect(table.match(model: "m", day: "2026-01-16".day, promptTokens: 0)?.row.prices[.input] == 2_000_000)
        #expect(table.match(model: "m", day: "2026-01-16".day, promptTokens: 0)?.isAssumed == true)
    }

    @Test func `a model without a row for the size has no price`() throws {
        let table = try PriceTableReader.table(csv: Self.header + "m,,,1000,,,1,1\n", origin: .builtIn)
        #expect(table.match(model: "m", day: "2026-01-15".day, promptTokens: 1_000) != nil)
        #expect(table.match(model: "m", day: "2026-01-15".day, promptTokens: 1_001) == nil)
    }

    @Test func `the user's rows are added to the table and apply first`() throws {
        let csv = Self.header + "claude-opus-4-8,my-opus,,,2026-12-01,,7,70\nmine,,,,,,1,2\n"
        let own = try PriceTableReader.table(csv: csv, origin: .file("own.csv"))
        let table = try PriceTable.builtIn.overlaid(with: own)
        func input(_ model: String, _ day: String) -> Int64? {
            table.match(model: model, day: day.day, promptTokens: 1)?.row.prices[.input]
        }
        #expect(input("claude-opus-4-8", "2026-12-01") == 7_000_000)
        #expect(input("claude-opus-4-8", "2026-11-30") == 5_000_000)
        #expect(input("my-opus", "2026-12-02") == 7_000_000)
        #expect(input("mine", "2020-01-01") == 1_000_000)
        #expect(input("claude-haiku-4-5", "2026-01-01") == 1_000_000)
        #expect(table.rows.count(where: { $0.origin == .file("own.csv") }) == 2)
    }

    @Test func `a user's row without days replaces the model's prices`() throws {
        let own = try PriceTableReader.table(
            csv: Self.header + "claude-sonnet-5-5,,,,,,9,9\n",
            origin: .file("own.csv")
        )
        let table = try PriceTable.builtIn.overlaid(with: own)
        for day in ["2026-01-01", "2026-10-01", "2027-01-01"] {
            let match = table.match(model: "claude-sonnet-5-5", day: day.day, promptTokens: 1)
            #expect(match?.row.prices[.input] == 9_000_000)
            #expect(match?.isAssumed == false)
        }
    }

    @Test(arguments: [
        "claude-haiku-4-5,", "us.anthropic.claude-haiku-4-5-20251001-v1:0,", "claude-haiku-4-5@default,",
        "claude-haiku-4-5,claude-haiku-4-5-20251001", "my-haiku,claude-haiku-4-5", "my-haiku,claude-haiku-4-5@20251001",
    ])
    func `a user's row under any name of a built-in model applies to that model`(names: String) throws {
        let csv = Self.header + "\(names),,,2026-10-01,,9,9\n"
        let own = try PriceTableReader.table(csv: csv, origin: .file("own.csv"))
        let table = try PriceTable.builtIn.overlaid(with: own)
        let name = names.prefix { $0 != "," }
        for model in ["claude-haiku-4-5-20251001", "claude-haiku-4-5", String(name)] {
            #expect(table.name(of: model) == "claude-haiku-4-5-20251001")
            let input = ["2026-09-30", "2026-10-01"]
                .map { day in table.match(model: model, day: day.day, promptTokens: 1)?.row.prices[.input] }
            #expect(input == [1_000_000, 9_000_000], "\(model)")
        }
    }

    @Test(arguments: [
        ("claude-haiku-4-5,,,,,,9,9\nclaude-haiku-4-5-20251001,,,,,,8,8", "model_id", "overlap those of line 2"),
        ("other,,,,,,9,9\nmine,claude-haiku-4-5|claude-opus-4-8,,,,,9,9", "aliases", "'claude-opus-4-8'"),
    ])
    func `a user's row without effect is an error`(rows: String, column: String, reason: String) throws {
        let own = try PriceTableReader.table(csv: Self.header + rows + "\n", origin: .file("own.csv"))
        let error = #expect(throws: PriceTableError.self) { try PriceTable.builtIn.overlaid(with: own) }
        #expect(error?.line == 3 && error?.column == column)
        #expect(error?.reason.contains(reason) == true)
    }
}

/// A row that prices a request.
private struct PriceMatch: Equatable {
    var row: PriceRow
    /// Whether the day is outside every row of the model, so that this is the nearest one.
    var isAssumed: Bool
}

extension PriceTable {
    /// The row that prices a request.
    fileprivate func match(model: String, day: CalendarDay, promptTokens: Int) -> PriceMatch? {
        var usage = TokenUsage()
        usage.input = Int64(promptTokens)
        return prices(of: model, geo: "", day: day)?.price(of: usage, isBatchPrice: true)
            .map { PriceMatch(row: rows[$0.row], isAssumed: $0.isAssumed) }
    }

    /// Whether the table has a row for a model, under any of its names.
    fileprivate func contains(model: String) -> Bool {
        match(model: model, day: "2026-10-07".day, promptTokens: 0) != nil
    }
}
