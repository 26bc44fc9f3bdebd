import JSONLines
import MessageBatches

/// The progress of a batch that the simulator processes itself.
///
/// All requests are counted as `processing` until the whole batch ends.
struct BatchProgress: Sendable {
    /// A request of the batch, and its result.
    struct Request: Sendable {
        var customID: String
        var type: ResultType
        /// The `result` object of the result line.
        var result: [UInt8]
    }

    private(set) var requests: [Request]
    private(set) var endsAt: Timestamp
    private(set) var cancelInitiatedAt: Timestamp?

    init(requests: [Request], endsAt: Timestamp) {
        self.requests = requests
        self.endsAt = endsAt
    }

    /// Creates the requests of a batch of which only the counts are known; all of them are canceled.
    init(canceling count: Int, initiatedAt: Timestamp, endsAt: Timestamp) {
        let requests = (0..<count)
            .map { index in
                Request(customID: "request-\(index + 1)", type: .canceled, result: Self.bare(.canceled))
            }
        self.init(requests: requests, endsAt: endsAt)
        cancelInitiatedAt = initiatedAt
    }

    /// Starts canceling: requests that are still processing end as canceled.
    ///
    /// A second call changes nothing.
    mutating func cancel(at now: Timestamp, endsAt end: Timestamp) {
        guard cancelInitiatedAt == nil else { return }
        cancelInitiatedAt = now
        endsAt = end
        finishAll(as: .canceled)
    }

    /// Makes every request expire after the 24 hours that the API allows.
    mutating func expire(at end: Timestamp) {
        endsAt = end
        finishAll(as: .expired)
    }

    func status(at now: Timestamp) -> ProcessingStatus {
        if now >= endsAt { return .ended }
        return cancelInitiatedAt == nil ? .inProgress : .canceling
    }

    /// The changes to the batch object that was returned first.
    func edits(at now: Timestamp, id: String) -> [JSONEdit] {
        let status = status(at: now)
        var edits: [JSONEdit] = [
            .text("processing_status", status.name),
            JSONEdit("request_counts", counts(at: now).wireJSON),
        ]
        if let cancelInitiatedAt { edits.append(.text("cancel_initiated_at", cancelInitiatedAt.wireText)) }
        if status == .ended {
            edits.append(.text("ended_at", endsAt.wireText))
            edits.append(
                .text("results_url", "\(SimulatedBatch.baseURLPlaceholder)/v1/messages/batches/\(id)/results")
            )
        }
        return edits
    }

    /// All result lines, each with its newline.
    func results() -> [UInt8] {
        requests.flatMap { request in
            JSONNode.object([("custom_id", .text(request.customID)), ("result", .verbatim(request.result))]).line
        }
    }

    private func counts(at now: Timestamp) -> RequestCounts {
        guard status(at: now) == .ended else { return RequestCounts(processing: requests.count) }
        return RequestCounts(byType: requests.reduce(into: [:]) { $0[$1.type.name, default: 0] += 1 })
    }

    private mutating func finishAll(as type: ResultType) {
        for index in requests.indices {
            requests[index].type = type
            requests[index].result = Self.bare(type)
        }
    }

    private static func bare(_ type: ResultType) -> [UInt8] {
        JSONNode.object([("type", .text(type.name))]).text
    }
}

extension RequestCounts {
    /// The five counts in the order of the API.
    var wireJSON: String {
        let finished = ResultType.known.map { "\"\($0.name)\":\(self[$0])" }.joined(separator: ",")
        return "{\"processing\":\(processing),\(finished)}"
    }
}
