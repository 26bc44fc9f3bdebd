package import MessageBatches

/// A request for what the API reports about batches in a window.
package struct ReportQuery: Sendable, Hashable {
    /// The start of the window: a whole hour in UTC.
    package var since: Timestamp
    /// The end of the window, which is not part of it: a whole hour in UTC.
    package var until: Timestamp

    package init(since: Timestamp, until: Timestamp) {
        self.since = since
        self.until = until
    }

    /// Whether the window consists of whole days in UTC, so that buckets of a day are enough.
    package var isOfWholeDays: Bool {
        since == since.day.start && until == until.day.start
    }

    /// The part of the window that consists of whole days in UTC, to which cost reports are limited; nil if there is
    /// none.
    package var wholeDays: ReportQuery? {
        let first = since == since.day.start ? since : since.day.start.adding(seconds: Self.day)
        let last = until.day.start
        return first < last ? ReportQuery(since: first, until: last) : nil
    }

    /// The window in parts of up to 31 days, the longest range that one request may have.
    var parts: [ReportQuery] {
        var parts: [ReportQuery] = []
        var start = since
        while start < until {
            let end = min(start.adding(seconds: 31 * Self.day), until)
            parts.append(ReportQuery(since: start, until: end))
            start = end
        }
        return parts
    }

    private static let day: Int64 = 86_400
}

/// The two generations of the reports of the API.
package enum ReportGeneration: Sendable, Hashable {
    /// `/v1/organizations/usage_report/messages` and `/v1/organizations/cost_report`.
    case organization
    /// `/v1/organizations/analytics/usage` and `/v1/organizations/analytics/cost`.
    case analytics

    /// The beta header that this generation requires.
    var betas: [String] {
        switch self {
        case .organization: []
        case .analytics: ["analytics-usage-cost-2026-08-24"]
        }
    }

    var usagePath: String {
        switch self {
        case .organization: "/v1/organizations/usage_report/messages"
        case .analytics: "/v1/organizations/analytics/usage"
        }
    }

    var costPath: String {
        switch self {
        case .organization: "/v1/organizations/cost_report"
        case .analytics: "/v1/organizations/analytics/cost"
        }
    }

    /// The parameters of a request for tokens by model and workspace.
    func usageParameters(_ query: ReportQuery) -> [(String, String)] {
        let width = query.isOfWholeDays ? "1d" : "1h"
        return switch self {
        case .organization:
            window(query) + [
                ("bucket_width", width), ("service_tiers[]", "batch"),
                // The largest number of buckets per page.
                ("limit", query.isOfWholeDays ? "31" : "168"),
            ] + groups(["model", "service_tier", "workspace_id"])
        case .analytics:
            window(query) + analytics(width) + groups(["model", "workspace_id"])
        }
    }

    /// The parameters of a request for costs by model and workspace; `query` has whole days.
    func costParameters(_ query: ReportQuery) -> [(String, String)] {
        switch self {
        case .organization:
            window(query) + [("bucket_width", "1d"), ("limit", "31")] + groups(["description", "workspace_id"])
        case .analytics:
            window(query) + analytics("1d") + groups(["cost_type", "model", "workspace_id"])
        }
    }

    private func window(_ query: ReportQuery) -> [(String, String)] {
        [("starting_at", query.since.text), ("ending_at", query.until.text)]
    }

    private func analytics(_ width: String) -> [(String, String)] {
        [
            ("time_bucket_width", width), ("products[]", "message_batches_api"), ("limit", "1000"),
            ("order_by", "time"), ("order", "asc"),
        ]
    }

    private func groups(_ names: [String]) -> [(String, String)] {
        names.map { ("group_by[]", $0) }
    }
}
