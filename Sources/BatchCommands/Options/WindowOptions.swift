import ArgumentParser
import BatchPipeline
import MessageBatches

/// The options that select batches: a window over `created_at`, and IDs.
struct WindowOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Select batches created at or after this time (\(TimeExpression.forms); UTC).",
            valueName: "time"
        )
    )
    var since: String?

    @Option(help: ArgumentHelp("Select batches created before this time, in the same forms.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("Select the batch with this ID; may be repeated.", valueName: "id"))
    var batch: [String] = []

    /// The selected window.
    ///
    /// Relative times count from `now`.
    func window(now: Timestamp) throws(CommandFailure) -> BatchWindow {
        let window = BatchWindow(
            since: try moment(since, "--since", now: now),
            until: try moment(until, "--until", now: now)
        )
        if let since = window.since, let until = window.until, since >= until {
            throw .emptyWindow(since: since.text, until: until.text)
        }
        return window
    }

    /// The selected batch IDs, or nil for all.
    var ids: Set<String>? {
        batch.isEmpty ? nil : Set(batch)
    }

    private func moment(_ text: String?, _ option: String, now: Timestamp) throws(CommandFailure) -> Timestamp? {
        guard let text else { return nil }
        guard let moment = TimeExpression.moment(text, now: now) else { throw .badTime(option: option, value: text) }
        return moment
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
