import ArgumentParser
import BatchAnalytics
import BatchPipeline
import MessageBatches
import Tables

/// The options for the time that reports of the API are read for.
struct ReportWindowOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Compare what was processed at or after this time (\(TimeExpression.forms)); A..B sets both ends.",
            valueName: "time"
        )
    )
    var since: String?

    @Option(
        help: ArgumentHelp(
            "Compare what was processed before this time (default: the start of today in UTC).",
            valueName: "time"
        )
    )
    var until: String?

    @Option(
        help: ArgumentHelp(
            "Compare what was processed in this period (a whole day, week, month or year, 7d, A..B).",
            valueName: "period"
        )
    )
    var during: String?

    @Option(
        help: ArgumentHelp(
            "Use this time zone for times without an offset, such as Europe/Berlin.",
            valueName: "name"
        )
    )
    var timezone = "UTC"

    /// The longest window in days; the API keeps its reports for about a year.
    private static let mostDays = 366

    /// The window in whole hours of UTC, up to the last full day or hour.
    ///
    /// Prints a note if it differs from the window that the options name.
    func window(_ context: CommandContext) throws -> ReconciledPeriod {
        let now = context.now()
        var options = try WindowOptions.parse([])
        (options.since, options.until, options.during, options.timezone) = (since, until, during, timezone)
        let asked = try options.window(now: now)
        guard let since = asked.since else {
            throw CommandFailure.conflict("the start of the time is missing: use --since or --during")
        }
        let start = since.flooredToHour
        let latest = start < now.day.start ? now.day.start : now.flooredToHour
        var end = asked.until ?? latest
        if end.flooredToHour < end { end = end.flooredToHour.adding(seconds: 3_600) }
        end = min(end, latest)
        guard start < end else {
            throw CommandFailure.emptyWindow(since: since.shortText, until: (asked.until ?? latest).shortText)
        }
        guard end.seconds(since: start) <= Double(Self.mostDays * 86_400) else {
            let window = "\(start.shortText) to \(end.shortText)"
            throw CommandFailure.conflict("time window too long: \(window) is more than \(Self.mostDays) days")
        }
        if start != since || asked.until.map({ $0 != end }) ?? false {
            context.report(
                .note,
                "compared from \(NumberText.minute(start)) to \(NumberText.minute(end)) UTC: reports have whole hours, "
                    + "and the last one is complete only when it is over"
            )
        }
        return ReconciledPeriod(since: start, until: end)
    }
}

extension Timestamp {
    /// The start of the hour in UTC.
    fileprivate var flooredToHour: Timestamp {
        let hours = Int64(seconds(since: day.start)) / 3_600
        return day.start.adding(seconds: hours * 3_600)
    }
}
