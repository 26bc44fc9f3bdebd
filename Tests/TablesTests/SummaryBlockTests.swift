@testable import Tables
import Testing

@Suite struct SummaryBlockTests {
    private let block = SummaryBlock(
        title: "Export of 2024-08-01 to 2026-11-22",
        sections: [
            .init(
                "Batches",
                [
                    .init("listed", .integer(18), .integer),
                    .init("archived now", .integer(11), .integer, tone: .good),
                    .init("pending", .integer(2), .integer, note: "not finished processing"),
                    .init("failed", .integer(0), .integer, tone: .bad, note: "will be tried again"),
                ]
            ),
            .init("Nothing", []),
            .init(
                "Data",
                [
                    .init("bytes", .integer(1_440_000_000), .bytes), .init("time", .decimal(3_720), .duration),
                    .init("speed", .missing, .byteRate),
                    .init("archive", .text("/srv/a rather long path/archive"), .text),
                ]
            ),
        ],
        notes: ["Next: batchkeep verify"]
    )

    @Test func `labels and values are aligned in columns`() {
        #expect(
            block.render() == """
                Export of 2024-08-01 to 2026-11-22

                Batches  listed            18
                         archived now      11
                         pending            2  not finished processing
                         failed             0
                Data     bytes         1.4 GB
                         time           1h02m
                         speed              –
                         archive       /srv/a rather long path/archive

                Next: batchkeep verify

                """
        )
    }

    @Test func `on a narrow terminal labels are cut, notes move below, and numbers are not cut`() {
        let block = SummaryBlock(
            title: "14 archived batches",
            sections: [
                .init(
                    "Results",
                    [
                        .init("model_context_window_exceeded", .integer(1_234_567), .integer, note: "not usable"),
                        .init("input", .integer(106), .integer, note: "p90 6,399, p95 13,311, p99 138,239"),
                    ]
                )
            ]
        )
        #expect(
            block.render(style: TerminalStyle(width: 40)) == """
                14 archived batches

                Results  model_context_windo…  1,234,567
                           not usable
                         input                       106
                           p90 6,399, p95 13,311, p99
                           138,239

                """
        )
    }

    @Test func `a zero is faint in any tone`() {
        let text = block.render(style: TerminalStyle(colors: true))
        #expect(text.contains("\u{1B}[32m    11\u{1B}[0m"))
        #expect(text.contains("\u{1B}[2m     0\u{1B}[0m"))
        #expect(!text.contains("\u{1B}[31m"))
    }

    @Test func `data cannot control the terminal`() {
        let hostile = "\u{1B}[2J\n"
        let block = SummaryBlock(
            title: hostile,
            sections: [.init(hostile, [.init(hostile, .text(hostile), .text, note: hostile)])],
            notes: [hostile]
        )
        let text = block.render()
        #expect(!text.contains("\u{1B}"))
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count == 6)
    }
}
