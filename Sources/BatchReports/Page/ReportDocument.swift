package import MessageBatches
package import Tables

/// Everything the report page shows, as plain values; ``PageTemplates`` turns it into HTML.
///
/// Tables are the ones the commands print, so that the page and `summarize --format json` cannot differ.
package struct ReportDocument: Sendable, Hashable {
    /// The archive's name for people, such as its folder; not a full path that gives a machine away.
    package var archive: String
    /// The report covers batches created at or after this moment; nil for the beginning of the archive.
    package var start: Timestamp?
    /// The report covers batches created before this moment; nil for the moment the report was made.
    package var end: Timestamp?
    package var generatedAt: Timestamp
    /// The version of the program that wrote the page.
    package var toolVersion: String
    package var completeness: Completeness
    package var prices: PriceStatement
    /// The first things a reader sees, six to ten of them.
    package var headline: [Figure] = []
    /// In any order; days and models may repeat, and are summed.
    package var daily: [DailyUsage] = []
    /// Requests by result type, named as on the wire.
    package var results: [String: Int64] = [:]
    /// The part of the succeeded requests that is usable: an orderly stop with text or a tool call.
    package var usable: Int64 = 0
    /// Tokens of all requests of the window.
    package var tokens = TokenUsage()
    /// Output tokens of succeeded requests.
    package var outputTokens = Distribution()
    /// Seconds from creation to end, one value a batch.
    package var queueSeconds = Distribution()
    package var models: Table?
    /// Errors by fingerprint, ranked.
    package var errors: Table?
    /// One row a batch, the newest first; the page shows at most ``PageTemplates/rowLimit``.
    package var batches: Table?
    /// Batches of the window that are not among the rows of ``batches``.
    package var batchesLeftOut = 0
    /// Further sentences on what the figures mean.
    package var notes: [String] = []

    package init(
        archive: String,
        start: Timestamp?,
        end: Timestamp?,
        generatedAt: Timestamp,
        toolVersion: String,
        completeness: Completeness,
        prices: PriceStatement
    ) {
        self.archive = archive
        self.start = start
        self.end = end
        self.generatedAt = generatedAt
        self.toolVersion = toolVersion
        self.completeness = completeness
        self.prices = prices
    }
}

/// What one model did in the batches created on one UTC day.
package struct DailyUsage: Sendable, Hashable {
    package var day: CalendarDay
    package var model: String
    package var requests: Int64
    /// Nil if nothing could be priced.
    package var cost: Money?

    package init(day: CalendarDay, model: String, requests: Int64, cost: Money?) {
        self.day = day
        self.model = model
        self.requests = requests
        self.cost = cost
    }
}

/// How often which value occurred, and the percentiles that were computed from it.
package struct Distribution: Sendable, Hashable {
    /// A value, or the middle of a narrow band of values, and how often it occurred.
    package struct Point: Sendable, Hashable {
        package var value: Double
        package var count: Int64

        package init(value: Double, count: Int64) {
            self.value = value
            self.count = count
        }
    }

    /// A value that a share of all values does not exceed.
    package struct Percentile: Sendable, Hashable {
        /// Such as `p50` or `max`.
        package var name: String
        package var value: Double

        package init(_ name: String, _ value: Double) {
            self.name = name
            self.value = value
        }
    }

    package var points: [Point]
    /// In ascending order.
    package var percentiles: [Percentile]

    package init(points: [Point] = [], percentiles: [Percentile] = []) {
        self.points = points
        self.percentiles = percentiles
    }
}

/// Which prices the figures were computed with.
package struct PriceStatement: Sendable, Hashable {
    /// The version of the price table, such as its date.
    package var version: String
    /// Where the table comes from, as a clause: "built in", "prices.csv".
    package var origin: String
    /// Requests without a price, by model; they are in every count and in no amount of money.
    package var unpriced: [String: Int64]

    package init(version: String, origin: String, unpriced: [String: Int64] = [:]) {
        self.version = version
        self.origin = origin
        self.unpriced = unpriced
    }
}
