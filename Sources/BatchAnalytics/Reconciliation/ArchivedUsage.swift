package import BatchArchive
import BatchPipeline
import MessageBatches
package import Prices

/// The tokens and costs of archived batches by day and model, with the range that the time of processing leaves open.
///
/// The archive does not record when a request was processed, only that it was between the creation and the end of its
/// batch. So what a batch used certainly belongs to a period that contains this time, and possibly to one that touches
/// it.
package struct ArchivedUsage: Sendable {
    /// What some requests used.
    struct Part: Sendable, Equatable {
        var usage = TokenUsage()
        /// The cost of tokens, without web searches and without requests that have no price.
        var tokenCost = Money.zero
        var unpriced = 0
        var assumed = 0
        var notBilled = 0
    }

    /// What a model used in a period.
    struct Bounds: Sendable, Equatable {
        var certain = Part()
        var possible = Part()
    }

    package let window: ReconciledPeriod
    /// The values by period and model.
    private(set) var bounds: [ReconciledPeriod: [String: Bounds]] = [:]
    /// What models without a row of their own possibly used.
    private(set) var others: [ReconciledPeriod: Part] = [:]
    /// The workspaces of the batches in the window.
    private(set) var workspaceIDs: Set<String> = []
    /// Whether the workspace of a batch is not known, so that the report cannot be limited to some workspaces.
    private(set) var hasUnknownWorkspace = false
    /// The batches whose time of processing crosses the start or the end of a day.
    private(set) var crossingBatches = 0
    private let models: PriceTable

    /// How long before its first result a batch can have been created, in seconds.
    ///
    /// Batches expire after 24 hours. The second day is for a late end.
    package static let longestProcessing: Int64 = 2 * 86_400

    /// Creates an empty value; `models` has the names under which spellings and aliases of a model are added up.
    package init(window: ReconciledPeriod, models: PriceTable) {
        self.window = window
        self.models = models
    }

    /// The batches that can have requests in the window.
    package var selection: ArchiveSelection {
        ArchiveSelection(since: window.start.adding(seconds: -Self.longestProcessing), until: window.end)
    }

    /// The name under which a model is added up.
    func name(of model: String?) -> String {
        guard let model, !model.isEmpty else { return RollUp.none }
        return models.name(of: model)
    }

    /// Adds a batch from its summaries.
    package mutating func add(_ batch: SummarizedBatch) {
        let (start, end) = batch.batch.processingTime
        let days = window.days(from: start, to: end)
        guard !days.isEmpty else { return }
        if let id = batch.workspaceID { workspaceIDs.insert(id) } else { hasUnknownWorkspace = true }
        guard let tokens = batch.summaries.summary(TokenSummary.self) else { return }
        if days.contains(where: { !$0.contains(from: start, to: end) }) { crossingBatches += 1 }
        for period in days + [window] {
            let isCertain = period.contains(from: start, to: end)
            for row in tokens.models.rows {
                let name = name(of: row.key.text)
                bounds[period, default: [:]][name, default: Bounds()].add(Part(row.value), isCertain: isCertain)
            }
            if tokens.models.other != UsageCell() {
                others[period, default: Part()].add(Part(tokens.models.other))
            }
        }
    }

    package mutating func merge(_ other: ArchivedUsage) {
        for (period, models) in other.bounds {
            for (model, bounds) in models {
                self.bounds[period, default: [:]][model, default: Bounds()].merge(bounds)
            }
        }
        for (period, part) in other.others { others[period, default: Part()].add(part) }
        workspaceIDs.formUnion(other.workspaceIDs)
        hasUnknownWorkspace = hasUnknownWorkspace || other.hasUnknownWorkspace
        crossingBatches += other.crossingBatches
    }
}

extension ArchivedUsage.Part {
    fileprivate init(_ cell: UsageCell) {
        usage = cell.usage
        unpriced = cell.unpricedRequests
        assumed = cell.prices.assumed
        notBilled = cell.prices.notBilled
        var pieces = Int128(0)
        for field in UsageField.billed {
            if case .piece(let price) = field.billing { pieces += Int128(usage[field]) * price }
        }
        // Searches of requests without a cost are among the pieces, but not in the amounts. The discount of the batch
        // applies to tokens only and is half of their price: for requests that have it, it equals their cost.
        let amounts = cell.prices.amounts
        tokenCost = max(amounts.cost - Money(picoDollars: pieces), amounts.list - amounts.cost)
    }

    mutating func add(_ other: ArchivedUsage.Part) {
        usage.addClamped(other.usage)
        tokenCost += other.tokenCost
        unpriced = unpriced.addingClamped(other.unpriced)
        assumed = assumed.addingClamped(other.assumed)
        notBilled = notBilled.addingClamped(other.notBilled)
    }
}

extension ArchivedUsage.Bounds {
    fileprivate mutating func add(_ part: ArchivedUsage.Part, isCertain: Bool) {
        possible.add(part)
        if isCertain { certain.add(part) }
    }

    fileprivate mutating func merge(_ other: ArchivedUsage.Bounds) {
        certain.add(other.certain)
        possible.add(other.possible)
    }
}
