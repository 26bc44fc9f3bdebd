import ArgumentParser
import BatchAnalytics
import MessageBatches
import Prices
import Tables

/// `batchkeep prices`: shows the price table in use.
struct PricesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prices",
        abstract: "Show the price table in use, with its date and origin.",
        discussion: """
            Prices are US dollars per million tokens, before the batch discount of half. To use your own prices, write \
            a file with the columns of --format csv; its rows go before the built-in ones.

            Examples:
              batchkeep prices
              batchkeep prices --format csv > prices.csv
            """
    )

    @OptionGroup var prices: PriceOptions

    @OptionGroup var format: FormatOptions<TableFormat>

    func run() throws {
        let context = CommandContext.current
        let format = try format.resolved(outputIsTerminal: context.outputIsTerminal)
        let source = try prices.source()
        try context.print(Self.table(source, isForPeople: format.isForPeople), as: format)
    }

    /// A table with the columns of a price file and the origin of each row.
    private static func table(_ source: PriceSource, isForPeople: Bool) -> Table {
        let whole =
            [
                Column("model_id", "Model", canShrink: false, weight: .important),
                Column("aliases", "Aliases", weight: .detail),
                Column("prompt_min", "Prompt from", kind: .integer),
                Column("prompt_max", "Prompt to", kind: .integer, weight: .detail),
                Column("valid_from", "Valid from", canShrink: false),
                Column("valid_to", "Valid to", canShrink: false, weight: .detail),
            ] + UsageField.priced.map(priceColumn) + [
                Column("geo_us_x", "In US", kind: .decimal(places: 2), weight: .detail),
                Column("confidence", "Source", canShrink: false, weight: .detail),
            ]
        return Table(
            caption: "Price table \(BuiltInPrices.version), US dollars per million tokens",
            columns: isForPeople ? whole + [Column("origin", "Origin", weight: .detail)] : whole,
            rows: source.table.rows.map { isForPeople ? cells($0) + [.text($0.origin.text)] : cells($0) },
            notes: [
                "Built-in rows: \(BuiltInPrices.source).",
                "In a batch every token costs half; web searches cost $10 per 1,000. \(BuiltInPrices.caveat)",
                "Source A is Anthropic's own page, B a release note completed from others, C others only.",
            ]
        )
    }

    private static func priceColumn(_ field: UsageField) -> Column {
        Column(
            field.priceColumn ?? field.column,
            field.title.replacing("Cache write", with: "Write"),
            kind: .money,
            weight: [.input, .output].contains(field) ? .important : .normal
        )
    }

    private static func cells(_ row: PriceRow) -> [Cell] {
        [
            .text(row.model), .text(row.aliases.isEmpty ? nil : row.aliases.joined(separator: "|")),
            .integer(row.promptMinimum), .integer(row.promptMaximum), .text(row.validFrom?.text),
            .text(row.validTo?.text),
        ] + UsageField.priced.map { price(row.prices[$0]) } + [
            .decimal(Double(row.usFactor) / 1e6), .text(row.confidence.isEmpty ? nil : row.confidence),
        ]
    }

    /// Converts pico-dollars per token to dollars per million tokens.
    private static func price(_ picoDollars: Int64?) -> Cell {
        .money(picoDollars.map { Money(picoDollars: Int128($0) * 1_000_000) })
    }
}

extension PriceOrigin {
    fileprivate var text: String {
        switch self {
        case .builtIn: "built in"
        case .file(let path): path
        }
    }
}
