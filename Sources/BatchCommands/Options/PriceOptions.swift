import ArgumentParser
import BatchAnalytics
import Prices
import Tables

/// The option that sets the prices for costs.
struct PriceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Use the prices in this CSV file before the built-in ones.",
            valueName: "file"
        ),
        completion: .file(extensions: ["csv"]),
        transform: NamedValue.path
    )
    var prices: String?

    /// The price table for costs.
    func source() throws -> PriceSource {
        guard let prices else { return PriceSource(table: .builtIn, file: nil) }
        guard let data = try InputFile.prices.read(prices) else { throw StatisticsFailure.unreadablePrices(prices) }
        do throws(PriceTableError) {
            let own = try PriceTableReader.table(csv: String(decoding: data, as: UTF8.self), origin: .file(prices))
            return PriceSource(table: try PriceTable.builtIn.overlaid(with: own), file: prices)
        } catch {
            throw StatisticsFailure.prices(prices, error)
        }
    }
}
