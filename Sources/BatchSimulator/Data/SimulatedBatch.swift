package import MessageBatches

/// One batch of the simulated service: its document, its results, and what time and callers have changed since.
package struct SimulatedBatch: Sendable {
    package let id: String
    package let createdAt: Timestamp
    /// The results, or nil where the service has none to give.
    package var results: ReplyBody?
    /// Set while the batch is processed by the simulator itself: after create, and after cancel.
    var progress: BatchProgress?
    private let document: Document
    private var edits: [JSONEdit] = []
    private var isWithdrawn = false

    private enum Document: Sendable {
        case recorded([UInt8])
        case generated(GeneratedBatch)
    }

    /// What a batch object stands for in its `results_url` until the server knows where it listens.
    package static let baseURLPlaceholder = "{base_url}"

    /// A batch given as the API would send it, `{base_url}` allowed in `results_url`.
    ///
    /// - Parameters:
    ///   - document: the batch object; every byte of it is sent as it is.
    ///   - results: the exact bytes of the results, or nil for a batch whose results answer 404.
    /// - Throws: ``ScenarioError`` where the object has no `id` or no `created_at`.
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

    /// A batch whose results are produced while they are read.
    package init(_ generated: GeneratedBatch) {
        id = generated.id
        createdAt = generated.createdAt
        document = .generated(generated)
        results = .generated(generated)
    }

    /// The batch object at a moment, with the base URL put in.
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

    /// The status at a moment.
    package func status(at now: Timestamp) -> ProcessingStatus {
        if let edited = member("processing_status", at: now) { return ProcessingStatus(edited) }
        return .other("")
    }

    /// Whether results can be read at a moment: the batch has ended and its results are there.
    package func readableResults(at now: Timestamp) -> ReplyBody? {
        guard !isWithdrawn, status(at: now) == .ended else { return nil }
        return progress.map { .bytes($0.results()) } ?? results
    }

    /// Changes the batch object from now on.
    package mutating func edit(_ edit: JSONEdit) {
        edits.append(edit)
    }

    /// Takes the results away, as the API does 29 days after creation.
    package mutating func withdraw(at now: Timestamp) {
        edits.append(.text("archived_at", now.wireText))
        edits.append(JSONEdit("results_url", "null"))
        isWithdrawn = true
    }

    /// The text of a member of the batch object at a moment.
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
