import ArgumentParser
import BatchPipeline
import MessageBatches

/// The options that select batches: a window over `created_at`, and IDs.
struct WindowOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Select batches created at or after this time (\(TimeExpression.forms)); A..B sets both ends.",
            valueName: "time"
        )
    )
    var since: String?

    @Option(
        help: ArgumentHelp(
            "Select batches created before this time. A day, week or month means its start.",
            valueName: "time"
        )
    )
    var until: String?

    @Option(
        help: ArgumentHelp(
            "Select batches created in this period (a whole day, week, month or year, 7d, A..B).",
            valueName: "period"
        )
    )
    var during: String?

    @Option(
        help: ArgumentHelp(
            "Use this time zone for times without an offset and for the days of reports, such as Europe/Berlin.",
            valueName: "name"
        )
    )
    var timezone = "UTC"

    @Option(
        help: ArgumentHelp("Select the batch with this ID; may be repeated.", valueName: "id"),
        transform: NamedValue.batchID
    )
    var batch: [String] = []

    /// The selected window.
    ///
    /// Relative times count from `now`. Days, weeks and months are those of the zone.
    func window(now: Timestamp) throws(CommandFailure) -> BatchWindow {
        let zone = try zone()
        if let during {
            guard since == nil, until == nil else {
                throw .conflict("--during, --since, --until: cannot be used together")
            }
            return try TimeExpression.window(during, "--during", now: now, in: zone)
        }
        if let since, since.contains("..") {
            guard until == nil else {
                throw .conflict("--since '\(since)', --until: cannot be used together, because this period has an end")
            }
            return try TimeExpression.window(since, "--since", now: now, in: zone)
        }
        let window = BatchWindow(
            since: try moment(since, "--since", now: now, in: zone),
            until: try moment(until, "--until", now: now, in: zone)
        )
        if let since = window.since, let until = window.until, since >= until {
            throw .emptyWindow(since: since.shortText, until: until.shortText)
        }
        return window
    }

    /// The zone of times without an offset and of the days of reports.
    func zone() throws(CommandFailure) -> CalendarZone {
        try .named(timezone)
    }

    /// The selected batch IDs, or nil for all.
    var ids: Set<String>? {
        batch.isEmpty ? nil : Set(batch)
    }

    private func moment(
        _ text: String?,
        _ option: String,
        now: Timestamp,
        in zone: CalendarZone
    ) throws(CommandFailure) -> Timestamp? {
        guard let text else { return nil }
        return try TimeExpression.moment(text, option, now: now, in: zone)
    }
}

extension BatchWindow {
    /// The window for people: `batches created from 2024-08-01T00:00:00Z, before 2024-09-01T00:00:00Z`.
    var sentence: String {
        switch (since, until) {
        case (nil, nil): "all batches"
        case (let since?, nil): "batches created from \(since.shortText) on"
        case (nil, let until?): "batches created before \(until.shortText)"
        case (let since?, let until?): "batches created from \(since.shortText), before \(until.shortText)"
        }
    }
}

extension Timestamp {
    /// The RFC 3339 text, without a fraction of a second if it is zero: `2024-08-01T00:00:00Z`.
    var shortText: String {
        text.hasSuffix(".000000Z") ? "\(text.dropLast(8))Z" : text
    }
}

extension ExportSelection {
    /// The description of the selection in the first line of a run.
    var sentence: String {
        guard let ids = filter.ids else { return window.sentence }
        return ids.count == 1 ? "batch \(ids.first ?? "")" : "\(ids.count) batches"
    }
}
