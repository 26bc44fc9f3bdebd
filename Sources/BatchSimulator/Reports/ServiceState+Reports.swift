import MessageBatches

extension ServiceState {
    /// Answers a request for a report of the Admin API.
    mutating func report(_ report: Report, _ request: SimulatedRequest, now: Timestamp) throws(APIError) -> Answer {
        guard request.key?.hasPrefix(Self.adminKeyPrefix) ?? false else { throw .wrongCredential }
        if report.isAnalytics {
            let betas = request.headers.filter { $0.name.lowercased() == "anthropic-beta" }.map(\.value)
            guard betas.contains(where: { $0.contains(Report.beta) }) else {
                throw .invalidRequest("anthropic-beta: this endpoint requires \(Report.beta)")
            }
        } else if scenario.refusesOlderReports {
            throw .noOlderReports
        }
        let query = try ReportQuery(request, for: report, now: now)
        let document = ReportDocument(query: query, workspaceID: scenario.workspaceID)
        return .report(document.json(deviating(reportedCells(at: now))))
    }

    /// What Admin keys begin with; the simulator accepts all of them.
    static let adminKeyPrefix = "sk-ant-admin"

    /// What the requests of all ended batches used.
    ///
    /// The cells of a batch are read once, when a report asks for them first.
    private mutating func reportedCells(at now: Timestamp) -> [ReportedCell] {
        store.all.flatMap { batch -> [ReportedCell] in
            if let known = reported[batch.id] { return known }
            guard batch.status(at: now) == .ended else { return [] }
            let cells = ReportedBatch.cells(of: batch, at: now, baseURL: baseURL)
            reported[batch.id] = cells
            return cells
        }
    }

    /// The cells with the deviations of the scenario: a model has ten times its usage on a day, or none.
    private func deviating(_ cells: [ReportedCell]) -> [ReportedCell] {
        guard scenario.reportDeviations > 0 else { return cells }
        struct Place: Hashable {
            var day: Int
            var model: String
        }
        func place(of cell: ReportedCell) -> Place { Place(day: cell.start.day.daysSinceEpoch, model: cell.model) }
        var places = Set(cells.map(place)).sorted { ($0.day, $0.model) < ($1.day, $1.model) }
        var random = SeededRandom(seed: scenario.seed, -2)
        var factors: [Place: Int] = [:]
        while factors.count < scenario.reportDeviations, !places.isEmpty {
            let chosen = places.remove(at: random.below(places.count))
            factors[chosen] = factors.count.isMultiple(of: 2) ? 10 : 0
        }
        return cells.compactMap { cell in
            guard let factor = factors[place(of: cell)] else { return cell }
            guard factor > 0 else { return nil }
            var cell = cell
            cell.multiply(by: factor)
            return cell
        }
    }
}

extension APIError {
    /// The error of an organization that has to use the newer reports.
    fileprivate static let noOlderReports = APIError(
        status: 403,
        type: "permission_error",
        message: "This report is not available for your organization. Use /v1/organizations/analytics instead."
    )
}
