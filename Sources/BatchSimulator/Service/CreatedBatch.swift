import JSONLines
import MessageBatches

extension SimulatedBatch {
    /// A batch just created: in progress, everything under `processing`.
    ///
    /// `seconds` is how long it takes; from 24 hours on its requests expire.
    static func created(
        id: String,
        requests: [BatchProgress.Request],
        at now: Timestamp,
        taking seconds: Int64
    ) -> SimulatedBatch {
        let expiry = now.adding(seconds: 86_400)
        var progress = BatchProgress(requests: requests, endsAt: now.adding(seconds: seconds))
        if progress.endsAt >= expiry { progress.expire(at: expiry) }
        let counts = RequestCounts(processing: requests.count).wireJSON
        let json = """
            {"id":"\(id)","type":"message_batch","processing_status":"in_progress","request_counts":\(counts),\
            "ended_at":null,"created_at":"\(now.wireText)","expires_at":"\(expiry.wireText)","archived_at":null,\
            "cancel_initiated_at":null,"results_url":null}
            """
        guard var batch = try? SimulatedBatch(document: Array(json.utf8)) else {
            preconditionFailure("the document above has all that a batch needs")
        }
        batch.progress = progress
        return batch
    }

    /// Starts canceling; a second call changes nothing.
    ///
    /// Of a batch known by its document alone every request ends as canceled, under a made-up id.
    mutating func cancel(at now: Timestamp, taking seconds: Int64) {
        let end = now.adding(seconds: seconds)
        if progress != nil {
            progress?.cancel(at: now, endsAt: end)
        } else {
            progress = BatchProgress(canceling: totalRequests(at: now), initiatedAt: now, endsAt: end)
        }
    }

    /// The sum of the batch object's `request_counts`.
    private func totalRequests(at now: Timestamp) -> Int {
        guard let counts = try? JSONMembers(json(at: now, baseURL: "")).raw("request_counts"),
            let members = try? JSONMembers(Array(counts))
        else { return 0 }
        return members.members.reduce(0) { sum, member in
            sum + (Int(String(decoding: members.bytes[member.value], as: UTF8.self)) ?? 0)
        }
    }
}
