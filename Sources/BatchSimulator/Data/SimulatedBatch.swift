package import MessageBatches

/// A batch of the simulated service: its batch object, its results, and later changes to both.
package struct SimulatedBatch: Sendable {
    package let id: String
    package let createdAt: Timestamp
    /// The results; nil if the service has none.
    package var results: ReplyBody?
    /// The progress of a batch that the simulator processes itself, after a create or cancel call.
    var progress: BatchProgress?
    private let document: Document
    private var edits: [JSONEdit] = []
    private var areResultsRemoved = false

    private enum Document: Sendable {
        case recorded([UInt8])
        case generated(GeneratedBatch)
    }

    /// The placeholder for the base URL in a `results_url`; it is replaced when the server listens.
    package static let baseURLPlaceholder = "{base_url}"

    /// Creates a batch from its batch object as the API would send it; `results_url` may contain `{base_url}`.
    ///
    /// - Parameters:
    ///   - document: The batch object; its bytes are sent unchanged.
    ///   - results: The bytes of the results; nil if they return 404.
    /// - Throws: ``ScenarioError`` if the object has no `id` or no `created_at`.
    package init(document: [UInt8], results: [UInt8]? = nil) throws(ScenarioError) {
        let members: JSONMembers
        do {
            members = try JSONMembers(document)
        } catch {
            throw ScenarioError.notAnObject(error)
        }
        guard let id = members.string("id"), !id.isEmpty else { throw ScenarioError.missingMember("id") }
        guard let created = members.string("created_at").flatMap({ Timestamp($0) }) else {
            throw ScenarioError.missingMember("created_at")
        }
        self.id = id
        createdAt = created
        self.document = .recorded(document)
        self.results = results.map { .bytes($0) }
    }

    /// Creates a batch whose results are generated while they are read.
    package init(_ generated: GeneratedBatch) {
        id = generated.id
        createdAt = generated.createdAt
        document = .generated(generated)
        results = .generated(generated)
    }

    /// The batch object at a moment, with the base URL inserted.
    package func json(at now: Timestamp, baseURL: String) -> [UInt8] {
        var json =
            switch document {
            case .recorded(let bytes): bytes
            case .generated(let batch): batch.document()
            }
        for edit in (progress?.edits(at: now, id: id) ?? []) + edits {
            json = edit.applied(to: json)
        }
        return Self.insertingBaseURL(baseURL, into: json)
    }

    /// The processing status at a moment.
    package func status(at now: Timestamp) -> ProcessingStatus {
        if let edited = member("processing_status", at: now) { return ProcessingStatus(edited) }
        return .other("")
    }

    /// The results if they can be read at a moment: the batch has ended and its results have not been removed.
    package func readableResults(at now: Timestamp) -> ReplyBody? {
        guard !areResultsRemoved, status(at: now) == .ended else { return nil }
        return progress.map { .bytes($0.results()) } ?? results
    }

    /// The results of an ended batch, also if they have been removed since: what they used stays in reports.
    func billedResults(at now: Timestamp) -> ReplyBody? {
        guard status(at: now) == .ended else { return nil }
        return progress.map { .bytes($0.results()) } ?? results
    }

    /// Changes the batch object permanently.
    package mutating func edit(_ edit: JSONEdit) {
        edits.append(edit)
    }

    /// Removes the results, as the API does 29 days after creation.
    package mutating func removeResults(at now: Timestamp) {
        edits.append(.text("archived_at", now.wireText))
        edits.append(JSONEdit("results_url", "null"))
        areResultsRemoved = true
    }

    /// The string value of a member of the batch object at a moment.
    func member(_ key: String, at now: Timestamp) -> String? {
        (try? JSONMembers(json(at: now, baseURL: "")))?.string(key)
    }

    private static func insertingBaseURL(_ baseURL: String, into json: [UInt8]) -> [UInt8] {
        guard let members = try? JSONMembers(json), let url = members.string("results_url"),
            url.contains(baseURLPlaceholder)
        else { return json }
        let resolved = url.replacing(baseURLPlaceholder, with: baseURL)
        return JSONEdit.text("results_url", resolved).applied(to: json)
    }
}

// MARK: Create and cancel

extension SimulatedBatch {
    /// A batch that was just created: in progress, with all requests counted as `processing`.
    ///
    /// `seconds` is the processing time; from 24 hours on, its requests expire.
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
    /// If only the batch object is known, every request ends as canceled, with a made-up ID.
    mutating func cancel(at now: Timestamp, taking seconds: Int64) {
        let end = now.adding(seconds: seconds)
        if progress != nil {
            progress?.cancel(at: now, endsAt: end)
        } else {
            progress = BatchProgress(canceling: totalRequests(at: now), initiatedAt: now, endsAt: end)
        }
    }

    /// The sum of the counts in the batch object's `request_counts`.
    private func totalRequests(at now: Timestamp) -> Int {
        guard let counts = try? JSONMembers(json(at: now, baseURL: "")).raw("request_counts"),
            let members = try? JSONMembers(Array(counts))
        else { return 0 }
        return members.members.reduce(0) { sum, member in
            sum + (Int(String(decoding: members.bytes[member.value], as: UTF8.self)) ?? 0)
        }
    }
}
