import MessageBatches

/// A report of the Admin API about usage or costs.
package enum Report: String, Sendable, Hashable, CaseIterable {
    case usage = "/v1/organizations/usage_report/messages"
    case cost = "/v1/organizations/cost_report"
    case analyticsUsage = "/v1/organizations/analytics/usage"
    case analyticsCost = "/v1/organizations/analytics/cost"

    /// Whether the report belongs to the newer generation, which lists rows instead of buckets of time.
    var isAnalytics: Bool { self == .analyticsUsage || self == .analyticsCost }
    var isOfCosts: Bool { self == .cost || self == .analyticsCost }

    /// The beta feature that requests for the newer reports must name.
    static let beta = "analytics-usage-cost-2026-08-24"

    /// The dimensions by which rows can be grouped.
    fileprivate var dimensions: Set<String> {
        switch self {
        case .usage: ["api_key_id", "context_window", "inference_geo", "model", "service_tier", "workspace_id"]
        case .cost: ["description", "workspace_id"]
        case .analyticsUsage: Self.analyticsDimensions
        case .analyticsCost: Self.analyticsDimensions.union(["cost_type", "token_type"])
        }
    }

    private static let analyticsDimensions: Set<String> = [
        "actor", "api_key_id", "context_window", "inference_geo", "model", "product", "service_tier", "speed",
        "workspace_id",
    ]
}

/// The part of a report that a request asks for.
struct ReportQuery: Sendable {
    let report: Report
    let start: Timestamp
    let end: Timestamp
    /// The length of a bucket in minutes; nil for one bucket with the whole range.
    let width: Int?
    let groups: Set<String>
    private let tiers: Set<String>
    private let products: Set<String>
    private let models: Set<String>
    private let workspaces: Set<String>
    /// Whether rows are in the order of time instead of their amount.
    let isByTime: Bool
    let isAscending: Bool
    let limit: Int
    /// The number of buckets or rows to skip.
    let offset: Int

    private static let widths = ["1m": 1, "1h": 60, "1d": 1_440]
    private static let longestRange = 31 * 1_440

    init(_ request: SimulatedRequest, for report: Report, now: Timestamp) throws(APIError) {
        self.report = report
        let name = report.isAnalytics ? "time_bucket_width" : "bucket_width"
        let value = request.queryValue(name) ?? (report.isAnalytics ? nil : "1d")
        let isKnown = value.map { Self.widths[$0] != nil && (report != .cost || $0 == "1d") } ?? true
        guard isKnown else { throw .invalidRequest("\(name): Input should be a documented width") }
        width = value.flatMap { Self.widths[$0] }
        let first = try Self.moment(request, "starting_at")
        let last = try Self.moment(request, "ending_at")
        guard let first else { throw .invalidRequest("starting_at: Field required") }
        if report.isAnalytics, width != nil, last == nil { throw .invalidRequest("ending_at: Field required") }
        // Buckets begin at whole minutes, hours or days.
        let unit = width ?? 60
        start = Self.floored(first, to: unit)
        end = min(width == nil ? Self.floored(last ?? now, to: unit) : last ?? now, now)
        let range = Int64((last ?? now).seconds(since: first) / 60)
        guard !report.isAnalytics || range <= Self.longestRange else {
            throw .invalidRequest("ending_at: the range may span at most 31 days")
        }
        groups = Set(request.queryValues("group_by[]"))
        if let unknown = groups.subtracting(report.dimensions).min() {
            throw .invalidRequest("group_by: '\(unknown)' is not a dimension of this report")
        }
        tiers = Set(request.queryValues("service_tiers[]"))
        products = Set(request.queryValues("products[]"))
        models = Set(request.queryValues("models[]"))
        workspaces = Set(request.queryValues("workspace_ids[]"))
        isByTime = request.queryValue("order_by") == "time" && width != nil
        isAscending = request.queryValue("order") == "asc"
        limit = try Self.limit(request, report, width: width)
        let page = request.queryValue("page").map { Int($0.dropFirst(Self.pagePrefix.count)) ?? -1 } ?? 0
        guard page >= 0 else { throw .invalidRequest("page: not a cursor of this report") }
        offset = page
    }

    private static let pagePrefix = "page_"

    /// The cursor of the page after this one.
    var nextPage: String { "\(Self.pagePrefix)\(offset + limit)" }

    /// Whether batches of a workspace are part of the report.
    func includesBatches(of workspace: String) -> Bool {
        (tiers.isEmpty || tiers.contains("batch")) && (products.isEmpty || products.contains("message_batches_api"))
            && (workspaces.isEmpty || workspaces.contains(workspace))
    }

    func includes(_ cell: ReportedCell) -> Bool {
        cell.start >= start && cell.start < end && (models.isEmpty || models.contains(cell.model))
    }

    /// The start of the bucket of a cell, and its end.
    func bucket(of cell: ReportedCell) -> (start: Timestamp, end: Timestamp) {
        guard let width else { return (start, end) }
        let first = Self.floored(cell.start, to: width)
        return (first, first.adding(seconds: Int64(width) * 60))
    }

    /// The starts of all buckets of the range.
    var bucketStarts: [Timestamp] {
        let width = Int64(width ?? 1_440) * 60
        let count = Int((end.seconds(since: start) / Double(width)).rounded(.up))
        return (0..<max(0, count)).map { start.adding(seconds: Int64($0) * width) }
    }

    private static func floored(_ moment: Timestamp, to minutes: Int) -> Timestamp {
        let unit = Int128(minutes) * 60_000_000_000
        return Timestamp(nanoseconds: moment.nanoseconds / unit * unit)
    }

    private static func moment(_ request: SimulatedRequest, _ name: String) throws(APIError) -> Timestamp? {
        guard let text = request.queryValue(name) else { return nil }
        guard let moment = Timestamp(text) else { throw .invalidRequest("\(name): Input should be a valid datetime") }
        return moment
    }

    private static func limit(
        _ request: SimulatedRequest,
        _ report: Report,
        width: Int?
    ) throws(APIError) -> Int {
        let (usual, most) =
            switch (report.isAnalytics, width) {
            case (true, _): (20, 1_000)
            case (false, 1): (60, 1_440)
            case (false, 60): (24, 168)
            default: (7, 31)
            }
        guard let text = request.queryValue("limit") else { return usual }
        guard let limit = Int(text), (1...most).contains(limit) else {
            throw .invalidRequest("limit: Input should be from 1 to \(most)")
        }
        return limit
    }
}

extension SimulatedRequest {
    /// All values of a query parameter that may be repeated.
    fileprivate func queryValues(_ name: String) -> [String] {
        query.filter { $0.name == name }.map(\.value)
    }
}
