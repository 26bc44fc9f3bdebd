package import BatchSimulator

/// A fault: an effect, and the requests that it affects.
package struct Fault: Sendable {
    /// The endpoints that it affects.
    package var endpoints: Set<Endpoint>
    /// The batch that it affects; nil means every batch.
    ///
    /// Listing has no batch. There, only ``FaultEffect/batchMember(_:_:)`` uses it: it changes this batch on every
    /// page.
    package var batchID: String?
    package var occurrence: Occurrence
    package var effect: FaultEffect

    package init(
        _ effect: FaultEffect,
        on endpoints: Set<Endpoint>,
        of batchID: String? = nil,
        _ occurrence: Occurrence = .always
    ) {
        self.effect = effect
        self.endpoints = endpoints
        self.batchID = batchID
        self.occurrence = occurrence
    }

    /// Whether it affects requests to an endpoint for a batch.
    func covers(_ endpoint: Endpoint, of id: String?) -> Bool {
        guard endpoints.contains(endpoint) else { return false }
        if endpoint == .list, case .batchMember = effect { return true }
        return batchID == nil || batchID == id
    }

    /// The matching requests that a fault affects.
    ///
    /// Requests are counted from 1, separately for each endpoint and batch. The order in which clients request
    /// different batches does not matter.
    package enum Occurrence: Sendable, Hashable {
        case always
        /// One request.
        case nth(Int)
        /// The first requests, up to this number.
        case first(Int)
        /// Every request from this one on.
        case from(Int)
        /// A fraction of the requests, from 0 to 1, chosen by the scenario's seed.
        case rate(Double)
    }
}

/// The effect of a fault.
///
/// Several effects on one request are combined; of several interruptions, the last one applies.
package enum FaultEffect: Sendable {
    // Instead of the answer

    /// Another answer; without a body, the one that the API documents for the status.
    case answer(status: Int, headers: [HeaderField] = [], body: String? = nil)
    /// A redirect; `{base_url}` in the target is replaced by the server's base URL.
    case redirect(to: String, status: Int = 307)

    // Before the answer

    /// The service's state changes permanently.
    case change(StateChange)

    // In the answer

    /// A header is set, or removed if the value is nil.
    case header(String, String?)
    /// The `date` header is shifted by this many seconds.
    case shiftDate(seconds: Int64)
    /// A member of every batch object, also on pages, is replaced (JSON text, `{base_url}` allowed) or, with nil,
    /// removed.
    case batchMember(String, String?)
    case page(PageFault)
    case results(ResultsFault)

    // While sending

    /// The reply is delayed.
    case delay(Duration)
    /// The body is compressed even if the client does not accept gzip.
    case gzip
    /// The body is encoded by a function, with this `content-encoding`; nil for no such header.
    ///
    /// A generated batch is collected in memory for it.
    case encode(as: String?, @Sendable (_ body: [UInt8]) -> [UInt8])
    case interrupt(Interruption.Action, at: Interruption.Place)
}

/// A fault in a page.
package enum PageFault: Sendable, Hashable {
    /// A member of the page object is replaced (JSON text) or, with nil, removed.
    case member(String, String?)
    /// `last_id` repeats the requested cursor, and `has_more` is true.
    case repeatedCursor
    /// The cursor is ignored: the first page is returned again, and `has_more` is true.
    case ignoredCursor
    /// The page has no batches, but `has_more` is true.
    case emptyWithMore
    /// A gateway passes on no more than the first batches, and says that there are more.
    ///
    /// With `keepsCursor`, `last_id` is still that of the whole page, so that it skips the other batches.
    case cut(to: Int, keepsCursor: Bool)
    /// A gateway passes on only the batches whose IDs are in a set, with the cursors of the whole page.
    case filtered(Set<String>)
}

/// A fault in results.
///
/// Lines are counted from 1 and include their newline. A generated batch is collected in memory for it.
package enum ResultsFault: Sendable, Hashable {
    /// The results are replaced.
    case replaced([UInt8])
    /// Bytes are added at the end.
    case appended([UInt8])
    /// A line is missing.
    case dropLine(Int)
    /// A line is sent a second time, after all others.
    case repeatLine(Int)
    /// A line is replaced; the new line is given without its newline.
    case replaceLine(Int, [UInt8])
    /// One bit of one byte is flipped.
    case flip(byte: Int)
}

extension FaultEffect {
    /// The rate limit of the API: status 429, with the given headers that say when to retry.
    package static func rateLimited(_ headers: HeaderField...) -> FaultEffect {
        .answer(status: 429, headers: headers)
    }

    /// The monthly spend limit: status 429 without `retry-after`, until the first day of the next month.
    package static let spendLimitReached = FaultEffect.answer(
        status: 429,
        headers: [HeaderField("content-type", "application/json")],
        body: """
            {"type":"error","error":{"type":"rate_limit_error","message":"You have reached your enforced spend limit.",\
            "details":{"error_code":"enforced_spend_limit_reached"}},"request_id":null}
            """
    )

    /// A gateway that cannot reach the API: status 502 with an HTML page.
    package static let badGateway = FaultEffect.answer(
        status: 502,
        headers: [HeaderField("content-type", "text/html; charset=utf-8")],
        body: "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n"
    )
}
