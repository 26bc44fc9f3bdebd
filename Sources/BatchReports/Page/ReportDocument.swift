package import MessageBatches
package import Tables

/// Everything that the report page shows, as plain values.
///
/// ``PageTemplates`` converts it to HTML.
///
/// The tables are the ones that the commands print, so the page and `summarize --format json` always agree.
package struct ReportDocument: Sendable, Hashable {
    /// The name of the archive, such as its folder.
    ///
    /// A full path would reveal details of the machine.
    package var archive: String
    /// The start of the window, inclusive; nil for the beginning of the archive.
    package var start: Timestamp?
    /// The end of the window, exclusive; nil for the time at which the report was made.
    package var end: Timestamp?
    package var generatedAt: Timestamp
    /// The zone of the days.
    package var zone = CalendarZone.utc
    /// The version of the program that created the page.
    package var toolVersion: String
    package var completeness: Completeness
    package var prices: PriceStatement
    /// The six to ten most important values, at the top of the page.
    package var headline: [Metric] = []
    /// The change of headline values against the period before, as text, by the label of the value.
    package var changes: [String: String] = [:]
    /// The sentence about the period before; nil if the window has no start.
    package var periodBefore: String?
    /// Usage by day and model, in any order.
    ///
    /// Entries for the same day and model are added up.
    package var daily: [DailyUsage] = []
    /// Requests by result type, named as in the API.
    package var results: [String: Int64] = [:]
    /// The number of succeeded requests that are usable: a regular stop reason and text or a tool call.
    package var usable: Int64 = 0
    /// Tokens of all requests of the window.
    package var tokens = TokenUsage()
    /// Output tokens of succeeded requests.
    package var outputTokens = Distribution()
    /// Seconds from creation to end, one value per batch.
    package var queueSeconds = Distribution()
    /// Queue times by the hour of the day in which batches were created.
    package var queueHours: [QueueHour] = []
    package var models: Table?
    /// Requests by the prefix of their custom IDs.
    package var prefixes: Table?
    /// Errors by fingerprint, the most frequent first.
    ///
    /// The page shows the column `command` below the message.
    package var errors: Table?
    /// One row per batch, the newest first.
    ///
    /// The page shows at most ``PageTemplates/rowLimit``.
    package var batches: Table?
    /// The number of batches of the window that have no row in ``batches``.
    package var hiddenBatches = 0
    /// Further notes about the values.
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

/// The requests and cost of one model in the batches created on one day.
package struct DailyUsage: Sendable, Hashable {
    package var day: CalendarDay
    /// The model; nil for requests that did not succeed, which have none.
    package var model: String?
    package var requests: Int64
    /// The cost; nil if no request could be priced.
    package var cost: Money?

    package init(day: CalendarDay, model: String?, requests: Int64, cost: Money?) {
        self.day = day
        self.model = model
        self.requests = requests
        self.cost = cost
    }
}

/// The queue times of the batches created in one hour of the day.
package struct QueueHour: Sendable, Hashable {
    /// The hour, 0 to 23.
    package var hour: Int
    package var batches: Int
    /// The median in seconds.
    package var p50: Double
    /// The time in seconds that 95 of 100 batches did not exceed.
    package var p95: Double

    package init(hour: Int, batches: Int, p50: Double, p95: Double) {
        (self.hour, self.batches, self.p50, self.p95) = (hour, batches, p50, p95)
    }
}

/// The frequencies of values, and the percentiles computed from them.
package struct Distribution: Sendable, Hashable {
    /// A value, or the middle of a narrow range of values, and its frequency.
    package struct Point: Sendable, Hashable {
        package var value: Double
        package var count: Int64

        package init(value: Double, count: Int64) {
            self.value = value
            self.count = count
        }
    }

    /// A value that a given share of all values does not exceed.
    package struct Percentile: Sendable, Hashable {
        /// For example `p50` or `max`.
        package var name: String
        package var value: Double

        package init(_ name: String, _ value: Double) {
            self.name = name
            self.value = value
        }
    }

    package var points: [Point]
    /// The percentiles, in ascending order.
    package var percentiles: [Percentile]

    package init(points: [Point] = [], percentiles: [Percentile] = []) {
        self.points = points
        self.percentiles = percentiles
    }
}

/// The prices with which the costs were computed.
package struct PriceStatement: Sendable, Hashable {
    /// The origin of the prices, as a clause: "the prices recorded in the archive".
    package var origin: String
    /// Requests without a price, by model.
    ///
    /// All counts include them; no amount does.
    package var unpriced: [String: Int64]
    /// A sentence about refusals that are not billed; nil if there are none.
    package var notBilled: String?

    package init(origin: String, unpriced: [String: Int64] = [:]) {
        self.origin = origin
        self.unpriced = unpriced
    }
}
