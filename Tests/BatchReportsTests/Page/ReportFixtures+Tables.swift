import BatchReports
import MessageBatches
import Tables

/// Pseudorandom numbers that are the same in every run (Knuth's MMIX generator).
struct Random {
    var state: UInt64

    /// A number from 0 up to, but not including, `limit`.
    mutating func next(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
    }
}

extension ReportFixture {
    static func modelTable(_ count: Int) -> Table {
        Table(
            caption: "Requests, tokens and cost by model",
            columns: [
                Column("model", "Model"), Column("requests", "Requests", kind: .integer),
                Column("usable", "Usable", kind: .percent), Column("input", "Input tokens", kind: .integer),
                Column("output", "Output tokens", kind: .integer), Column("cache", "Cache hits", kind: .percent),
                Column("cost", "Batch cost", kind: .money), Column("list", "List price", kind: .money),
            ],
            rows: (0..<count)
                .map { index in
                    [
                        .text(name(index)), .integer(Int64(500_000 / (index + 1))), .decimal(0.97),
                        .integer(Int64(300_000_000 / (index + 1))),
                        .integer(Int64(90_000_000 / (index + 1))), index == 2 ? .missing : .decimal(0.61),
                        .money(Money("\(1_800 / (index + 1)).25")), .money(Money("\(3_600 / (index + 1)).5")),
                    ]
                },
            totals: [
                .text("Total"), .integer(1_041_666), .decimal(0.97), .missing, .missing, .missing,
                .money(Money("3751.00")),
            ]
        )
    }

    static var errorTable: Table {
        Table(
            caption: "Errors by fingerprint",
            columns: [
                Column("message", "Message"), Column("count", "Requests", kind: .integer),
                Column("share", "Share", kind: .percent), Column("class", "Action", canShrink: false),
                Column("type", "Type", canShrink: false), Column("first", "First seen", kind: .timestamp),
                Column("last", "Last seen", kind: .timestamp), Column("sample_custom_id", "Example"),
                Column("fingerprint", "Fingerprint", canShrink: false), Column("command", "Command"),
            ],
            rows: [
                (
                    "8f14e45f", "invalid_request_error",
                    "messages.<n>.content.<n>: image exceeds <n> MB maximum: <n> bytes > <n> bytes", "fix the input",
                    6_120
                ),
                (
                    "c9f0f895", "invalid_request_error", "Your credit balance is too low to access the Anthropic API.",
                    "fix the account", 1_804
                ),
                ("45c48cce", "overloaded_error", "Overloaded", "retry", 386),
            ]
            .map { fingerprint, type, message, help, count -> [Cell] in
                [
                    .text(message), .integer(Int64(count)), .decimal(Double(count) / 8_310), .text(help), .text(type),
                    .timestamp(today.start), .timestamp(today.start.adding(seconds: 7_000)),
                    .text("8df02da3-f895-4277-91ff-f3f4309a0746"), .text(fingerprint),
                    .text("batchkeep retry --include fix_input --join 'requests/{batch_id}.jsonl'"),
                ]
            }
        )
    }

    static var prefixTable: Table {
        Table(
            caption: "Requests by prefix of their custom IDs",
            columns: [
                Column("prefix", "Prefix"), Column("requests", "Requests", kind: .integer),
                Column("unpriced", "Unpriced", kind: .integer), Column("cost", "Cost", kind: .money),
            ],
            rows: [
                [.text("invoice-"), .integer(512_000), .integer(0), .money(Money("1500.25"))],
                [.text("ticket-"), .integer(9_100), .missing, .money(Money("12.5"))],
            ],
            totals: [.text("Total"), .integer(521_100), .integer(0), .money(Money("1512.75"))]
        )
    }

    static func batchTable(_ count: Int, _ random: inout Random) -> Table {
        let rows = (0..<count)
            .map { index -> [Cell] in
                let created = today.start.adding(seconds: Int64(-index * 9_000))
                let requests = 200 + random.next(40_000)
                let errors = index.isMultiple(of: 3) ? random.next(400) : 0
                let digits = String(900_000_000 + random.next(99_999_999))
                return [
                    .text("msgbatch_01Hkc\(digits)jaV5uDC"), .timestamp(created),
                    .decimal(Double(40 + random.next(30_000))),
                    .text(name(random.next(4))), .integer(Int64(requests)), .integer(Int64(requests - errors)),
                    .integer(Int64(errors)),
                    .decimal(Double(requests - errors) / Double(requests)), .integer(Int64(requests * 320)),
                    index == 4 ? .missing : .money(Money("\(requests / 300).\(10 + random.next(89))")),
                ]
            }
        return Table(
            caption: "Archived batches, newest first",
            columns: [
                Column("batch_id", "Batch", canShrink: false), Column("created_at", "Created", kind: .timestamp),
                Column("queue", "Queue", kind: .duration), Column("model", "Model", canShrink: false),
                Column("requests", "Requests", kind: .integer), Column("succeeded", "Succeeded", kind: .integer),
                Column("errored", "Errored", kind: .integer), Column("usable", "Usable", kind: .percent),
                Column("output", "Output tokens", kind: .integer), Column("cost", "Batch cost", kind: .money),
            ],
            rows: rows
        )
    }
}

extension ReportFixture {
    /// Text that must not become markup: an element, and a quote that a comparison of Characters does not find.
    static let attack =
        "<script>alert(1)</script>\"\u{301} onmouseover=alert(1) '`&<b>\u{1B}\u{202E}\n--></title></style>"

    static var withMarkup: ReportDocument {
        var document = base(Completeness(listed: 3, archived: 2), text: attack)
        document.toolVersion = attack
        document.zone = CalendarZone(name: attack) { _ in 0 }
        document.prices = PriceStatement(origin: attack, unpriced: [attack: 3])
        document.headline = [
            Metric(attack, .text(attack), .text, note: attack), Metric("money", .money(Money("1.5")), .money),
        ]
        document.daily = [
            DailyUsage(day: today, model: attack, requests: 5, cost: Money("2")),
            DailyUsage(day: today, model: "other " + attack, requests: 3, cost: Money("1.5")),
        ]
        document.results = ["succeeded": 2, attack: 4]
        document.usable = 1
        document.tokens.input = 5
        let distribution = Distribution(
            points: [.init(value: 3, count: 1)],
            percentiles: [.init(attack, 3), .init("p50", 3)]
        )
        document.outputTokens = distribution
        document.queueSeconds = distribution
        let table = Table(
            caption: attack,
            columns: [
                Column(attack, attack), Column("id", attack, canShrink: false), Column("cost", attack, kind: .money),
            ],
            rows: [[.text(attack), .text(attack), .money(Money("1.5"))], [.missing, .text(attack), .text(attack)]],
            totals: [.text(attack), .missing, .money(Money("1.5"))],
            notes: [attack]
        )
        document.models = table
        document.prefixes = table
        document.changes = [attack: attack]
        document.periodBefore = attack
        document.queueHours = [QueueHour(hour: 7, batches: 1, p50: 60, p95: 60)]
        document.errors = table
        document.batches = table
        document.notes = [attack]
        return document
    }
}
