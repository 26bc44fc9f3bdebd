package import MessageBatches

/// A call to the service that failed for good, after all tries its retry plan allows.
///
/// Holds facts, no sentences and no secrets; the text a user reads is made in `BatchCommands/FailureText.swift`.
package struct ServiceFailure: Error, Sendable, Hashable {
    /// What went wrong.
    package enum Cause: Sendable, Hashable {
        /// No usable answer came: the clause says what the transport reported ("connection refused").
        case transport(TransportFault, detail: String)
        /// An answer with an error status. See ``ServiceFailure/errorType`` and ``ServiceFailure/message``.
        case status(Int)
        /// 429 because money, not pace, ran out: no use in waiting before that moment.
        case spendLimit(until: Timestamp?)
        /// `results_url` or a redirect points at another origin, and the key does not go there.
        case foreignOrigin(String)
        /// More redirects than allowed, or one without a place to go.
        case redirect(String)
        /// `results_url` is null or no URL.
        case noResultsURL
        /// The answer is not what the API documents, for example a page that is no JSON.
        case malformedReply(String)
        /// A page cursor that leads nowhere new.
        case cursorStuck(String)
        /// The task was cancelled while the call was under way.
        case cancelled
    }

    /// Where the transport gave up.
    package enum TransportFault: String, Sendable, Hashable {
        case nameResolution
        case connectionRefused
        case connectTimeout
        case tls
        case proxy
        /// Nothing arrived for the idle time.
        case idleTimeout
        /// The connection broke, or the body ended before its end was announced.
        case cut
        case other
    }

    package var cause: Cause
    /// What was asked: `GET /v1/messages/batches`, without query and host.
    package var operation: String
    /// `error.type` of the error body.
    package var errorType: String?
    /// `error.message` of the error body.
    package var message: String?
    package var requestID: String?
    /// The server's `date` with the failing answer: whether a batch is over its 29 days is decided by this clock.
    package var serverDate: Timestamp?
    /// The requests made, waited-out 429 answers included.
    package var attempts: Int

    package init(
        cause: Cause,
        operation: String,
        errorType: String? = nil,
        message: String? = nil,
        requestID: String? = nil,
        serverDate: Timestamp? = nil,
        attempts: Int = 1
    ) {
        self.cause = cause
        self.operation = operation
        self.errorType = errorType
        self.message = message
        self.requestID = requestID
        self.serverDate = serverDate
        self.attempts = attempts
    }

    /// Whether no other request would fare better: a refused key, an exhausted spend limit, a run that is over.
    package var concernsEveryBatch: Bool {
        switch cause {
        case .status(401), .status(403), .spendLimit, .cancelled: true
        default: false
        }
    }

    /// The HTTP status, where there was one.
    package var status: Int? {
        if case .status(let status) = cause { status } else { nil }
    }
}
