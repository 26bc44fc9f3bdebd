import ArgumentParser
import BatchAnalytics
import Foundation
import Prices
import Tables

/// Which prices costs are computed with.
struct PriceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A CSV file with prices of your own; its rows go before the built-in ones.",
            valueName: "file"
        )
    )
    var prices: String?

    /// The table to price with.
    func source() throws(FigureFailure) -> PriceSource {
        guard let prices else { return PriceSource(table: .builtIn, file: nil) }
        guard let data = FileManager.default.contents(atPath: prices) else { throw .unreadablePrices(prices) }
        do throws(PriceTableError) {
            let own = try PriceTableReader.table(csv: String(decoding: data, as: UTF8.self), origin: .file(prices))
            return PriceSource(table: PriceTable.builtIn.overlaid(with: own), file: prices)
        } catch {
            throw .prices(prices, error)
        }
    }
}

/// A price table and where it comes from, for computing and for telling.
struct PriceSource: Sendable {
    let table: PriceTable
    /// The user's file, if one was named.
    let file: String?

    /// Where the rows come from, as a clause.
    var origin: String {
        file.map { "built in, after the rows of \(URL(filePath: $0).lastPathComponent)" } ?? "built in"
    }

    /// What every report says beside an amount.
    var statement: String {
        "Price table \(BuiltInPrices.version) (\(origin)). \(BuiltInPrices.caveat)"
    }

    /// Computes costs from summaries, or from lines, for which any table will do.
    func pricer(isScan: Bool) throws(FigureFailure) -> Pricer {
        guard !isScan else { return Pricer(table: table) }
        do throws(TierEdgesError) {
            return try Pricer(forSummaries: table)
        } catch {
            throw .tierEdges(error.edges)
        }
    }
}
