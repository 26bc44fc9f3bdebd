package import BatchPipeline
import FoundationEssentials
package import MessageBatches

extension BatchServiceClient {
    /// Reads what the API reports about the batches of the organization in a window.
    ///
    /// It needs an Admin key. If the API refuses the older reports, the newer ones are read; `onFallback` then gets the
    /// refusal. Costs are read for the whole UTC days of the window.
    package func usageReport(
        _ query: ReportQuery,
        onFallback: (ServiceError) -> Void
    ) async throws(ServiceError) -> UsageReport {
        do {
            return try await report(query, from: .organization)
        } catch {
            guard error.suggestsOtherReport else { throw error }
            onFallback(error)
            return try await report(query, from: .analytics)
        }
    }

    private func report(
        _ query: ReportQuery,
        from generation: ReportGeneration
    ) async throws(ServiceError) -> UsageReport {
        var report = UsageReport()
        for part in query.parts {
            let (path, parameters) = (generation.usagePath, generation.usageParameters(part))
            switch generation {
            case .organization: report.usage += try await rows(of: ReportBucket<BucketUsage>.self, path, parameters)
            case .analytics:
                report.usage += try await rows(of: AnalyticsUsage.self, path, parameters, generation.betas)
            }
        }
        for part in query.wholeDays?.parts ?? [] {
            let (path, parameters) = (generation.costPath, generation.costParameters(part))
            switch generation {
            case .organization: report.costs += try await rows(of: ReportBucket<BucketCost>.self, path, parameters)
            case .analytics:
                report.costs += try await rows(of: AnalyticsCost.self, path, parameters, generation.betas)
            }
        }
        return report
    }

    /// Reads all pages of a report.
    private func rows<Item: ReportItem>(
        of type: Item.Type,
        _ path: String,
        _ parameters: [(String, String)],
        _ betas: [String] = []
    ) async throws(ServiceError) -> [UsageReport.Row<Item.Value>] {
        var rows: [UsageReport.Row<Item.Value>] = []
        var seen: Set<String> = []
        var cursor: String?
        repeat {
            let pairs = parameters + (cursor.map { [("page", $0)] } ?? [])
            let query = pairs.map { "\($0.percentEncoded)=\($1.percentEncoded)" }.joined(separator: "&")
            var request = ServiceRequest(
                url: base.appending(path: path, query: query),
                kind: .list,
                name: "GET \(path)"
            )
            request.betas = betas
            let reply = try await document(request)
            do {
                let page = try JSONDecoder().decode(ReportPage<Item>.self, from: Data(reply.body))
                for item in page.data { rows += try item.rows() }
                cursor = try page.cursor()
            } catch {
                throw ServiceError(.malformedReply(ReportFault(error).reason), of: request, answer: reply.head)
            }
            if let cursor, !seen.insert(cursor).inserted {
                throw ServiceError(.cursorStuck(cursor), of: request, answer: reply.head)
            }
        } while cursor != nil
        return rows
    }
}

extension ServiceError {
    /// Whether the request was for a report of the organization.
    package var isReport: Bool { operation.hasPrefix("GET /v1/organizations/") }

    /// Whether the answer means that this report is not offered, not that the key is wrong or the service is down.
    fileprivate var suggestsOtherReport: Bool {
        guard let status else { return false }
        return [400, 403, 404, 405, 410].contains(status)
    }
}
