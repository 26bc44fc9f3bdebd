import MessageBatches
@testable import Tables

extension Table {
    /// A table with a column of every kind: a full row, a row with special characters, and an empty row.
    static let everyKind = Table(
        caption: "Every kind",
        columns: [
            Column("name", "Name"),
            Column("count", "Count", kind: .integer),
            Column("ratio", "Ratio", kind: .decimal(places: 2)),
            Column("size", "Size", kind: .bytes),
            Column("speed", "Speed", kind: .byteRate),
            Column("took", "Took", kind: .duration),
            Column("at", "At", kind: .timestamp),
            Column("share", "Share", kind: .percent),
            Column("cost", "Cost", kind: .money),
        ],
        rows: [
            [
                .text("plain"), .integer(1_234_567), .decimal(0.5), .integer(1_440_000_000), .decimal(48.1e6),
                .decimal(3.42),
                .timestamp(Timestamp(seconds: 1_724_174_604)), .decimal(0.25), .money(Money("1234.500000000001")),
            ],
            [.text("a|b,\"c\"\t<d>\n\u{1B}[31m*"), .integer(-1), .decimal(.nan), .integer(0)],
            [],
        ],
        totals: [.text("Total"), .integer(1_234_566)],
        notes: ["Prices of 2026-11-01."]
    )
}
