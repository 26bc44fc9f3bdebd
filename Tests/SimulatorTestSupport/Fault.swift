package import BatchSimulator

/// One thing that goes wrong: where, when and what.
package struct Fault: Sendable {
    /// The endpoints it can hit.
    package var endpoints: Set<Endpoint>
    /// The batch it can hit; nil means every batch.
    ///
    /// Listing has no batch of its own: there only ``FaultEffect/batchMember(_:_:)`` can name one, the one it changes on
    /// every page.
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

    /// Whether it is about requests of an endpoint on a batch.
    func covers(_ endpoint: Endpoint, of id: String?) -> Bool {
        guard endpoints.contains(endpoint) else { return false }
        if endpoint == .list, case .batchMember = effect { return true }
        return batchID == nil || batchID == id
    }

    /// Which of the matching requests it hits.
    ///
    /// Requests are counted from 1 for each endpoint and batch on its own, so that the order in which clients reach
    /// different batches does not matter.
    package enum Occurrence: Sendable, Hashable {
        case always
        /// One request.
        case nth(Int)
        /// This many requests, then no more.
        case first(Int)
        /// Every request from this one on.
        case from(Int)
        /// A part of the requests, from 0 to 1, chosen by the scenario's seed.
        case rate(Double)
    }
}

/// What goes wrong.
///
/// Several effects on one request add up; of several interruptions the last holds.
package enum FaultEffect: Sendable {
    // Instead of the answer

    /// Another answer; without a body the one that the API documents for the status.
    case answer(status: Int, headers: [HeaderField] = [], body: String? = nil)
    /// A redirect; `{base_url}` in the target stands for the server's own.
    case redirect(to: String, status: Int = 307)

    // Before the answer

    /// The service's state changes, for good.
    case change(StateChange)

    // In the answer

    /// A header is set or, with nil, left out.
    case header(String, String?)
    /// The `date` header is off by so many seconds.
    case shiftDate(seconds: Int64)
    /// A member of every batch object, on pages too, is replaced (raw JSON, `{base_url}` allowed) or, with nil, left out.
    case batchMember(String, String?)
    case page(PageFault)
    case results(ResultsFault)

    // On the way

    /// Nothing is sent for a while.
    case delay(Duration)
    /// The body is compressed, whether the client asked for it or not.
    case gzip
    case interrupt(Interruption.Action, at: Interruption.Place)
}

/// What is wrong with a page.
package enum PageFault: Sendable, Hashable {
    /// A member of the page object is replaced (raw JSON) or, with nil, left out.
    case member(String, String?)
    /// `last_id` repeats the cursor that was asked for, and more is promised.
    case repeatedCursor
    /// The cursor is ignored: the first page once more, and more is promised.
    case ignoredCursor
    /// No batches, but more is promised.
    case emptyWithMore
}

/// What is wrong with results.
///
/// Lines are counted from 1 and keep their newline. A generated batch is held in memory for it.
package enum ResultsFault: Sendable, Hashable {
    /// Other bytes altogether.
    case replaced([UInt8])
    /// Bytes added at the end.
    case appended([UInt8])
    /// A line left out.
    case dropLine(Int)
    /// A line sent a second time, after all others.
    case repeatLine(Int)
    /// Another line in its place, given without its newline.
    case replaceLine(Int, [UInt8])
    /// One bit of one byte is flipped.
    case flip(byte: Int)
}

extension FaultEffect {
    /// The rate limit of the API: 429, with the given headers about when to come back.
    package static func rateLimited(_ headers: HeaderField...) -> FaultEffect {
        .answer(status: 429, headers: headers)
    }

    /// The monthly spend limit: a 429 without `retry-after` that lasts until the first of the next month.
    package static let spendLimitReached = FaultEffect.answer(
        status: 429,
        headers: [HeaderField("content-type", "application/json")],
        body: """
            {"type":"error","error":{"type":"rate_limit_error","message":"You have reached your enforced spend limit.",\
            "details":{"error_code":"enforced_spend_limit_reached"}},"request_id":null}
            """
    )

    /// What a gateway in front of the API answers when it cannot reach it: 502 with a page for people.
    package static let badGateway = FaultEffect.answer(
        status: 502,
        headers: [HeaderField("content-type", "text/html; charset=utf-8")],
        body: "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n"
    )
}
