package import MessageBatches

/// A failed request to the service, after all attempts that its ``RetryPolicy`` allows.
///
/// Holds facts, no sentences and no secrets. `FailureText` in `BatchCommands` makes the text for people.
package struct ServiceError: Error, Sendable, Hashable {
    /// What went wrong.
    package enum Code: Sendable, Hashable {
        /// No complete answer arrived. The detail is what the transport reported ("connection refused").
        case transport(TransportFault, detail: String)
        /// An answer with an error status; see ``ServiceError/errorType`` and ``ServiceError/message``.
        case status(Int)
        /// 429 because of a spend limit, not of a rate limit; a retry before that time is useless.
        case spendLimit(until: Timestamp?)
        /// `results_url` or a redirect points at another origin, and the key is never sent there.
        case foreignOrigin(String)
        /// More redirects than allowed, or a redirect without a valid location.
        case redirect(String)
        /// `results_url` is null or not a valid URL.
        case noResultsURL
        /// The answer is not what the API documents, for example a page that is not JSON.
        case malformedReply(String)
        /// The answer is as documented, but the batch object in it cannot be read; the value gives the reason.
        case malformedBatch(String)
        /// A page cursor that does not advance.
        case cursorStuck(String)
        /// The results contain the key, so they must not be stored.
        case keyEchoed
        /// The listing is longer than ``ListingLimits`` allow; the limit, as a phrase.
        case listingTooLong(String)
        /// The task was canceled during the request.
        case cancelled
    }

    /// The step at which the transport failed.
    package enum TransportFault: String, Sendable, Hashable {
        case nameResolution
        case connectionRefused
        case connectTimeout
        case tls
        /// The certificate is for another host name.
        case certificateName
        /// The certificate is not trusted or has expired.
        case certificate
        case proxy
        /// The proxy demands a user and a password, or refuses those given.
        case proxyAuthentication
        /// Nothing arrived for the idle time.
        case idleTimeout
        /// A document kept arriving for longer than allowed.
        case tooSlow
        /// The connection broke, or the body ended before its announced end.
        case cut
        /// The compressed body is invalid.
        case damaged
        case other

        /// Whether every further attempt would fail too: a refused certificate or password is refused again.
        var isFinal: Bool {
            switch self {
            case .tls, .certificateName, .certificate, .proxyAuthentication: true
            default: false
            }
        }
    }

    /// The ``operation`` of a request for a page of the listing.
    package static let listing = "GET /v1/messages/batches"

    package var code: Code
    /// The request: `GET /v1/messages/batches`, without query and host.
    package var operation: String
    /// `error.type` of the error body.
    package var errorType: String?
    /// The text of the error body: `error.message`, or that of another shape or a plain text.
    package var message: String?
    /// What arrived instead of JSON, if the answer was another document.
    package var page: ReceivedPage?
    package var requestID: String?
    /// The server's `date` in the answer.
    ///
    /// This clock decides whether a batch is older than 29 days.
    package var serverDate: Timestamp?
    /// The number of requests sent, including those answered with 429.
    package var attempts: Int
    /// The pause before the next request that was longer than allowed, so that the call failed.
    package var refusedPause: Duration?
    /// The number of batches that the failed request for a page asked for; nil for other requests.
    package var pageSize: Int?
    /// The place the key was read from, for example the name of a variable; nil if only the client knows it.
    package var keyPlace: String?
    /// Why the refused key was not replaced by a new one, as a clause; nil if that was not tried.
    package var keyRenewal: String?
    /// Whether a request for the listing was refused as well, so that the key is refused for every request.
    package var isKeyRefused = false

    package init(
        code: Code,
        operation: String,
        errorType: String? = nil,
        message: String? = nil,
        requestID: String? = nil,
        serverDate: Timestamp? = nil,
        attempts: Int = 1
    ) {
        self.code = code
        self.operation = operation
        self.errorType = errorType
        self.message = message
        self.requestID = requestID
        self.serverDate = serverDate
        self.attempts = attempts
    }

    /// Whether the request was for a page of the listing.
    package var isListing: Bool { operation == Self.listing }

    /// Whether every other request would fail too: reached spend limit, canceled run, or a key that expired.
    ///
    /// A refusal of one request may concern its batch only; see ``isRefusal`` and ``RefusalCount``.
    package var concernsEveryBatch: Bool {
        switch code {
        case .spendLimit, .cancelled: true
        default: isKeyRefused
        }
    }

    /// Whether the server refused the key for this request.
    package var isRefusal: Bool {
        status == 401 || status == 403
    }

    /// The HTTP status of an error answer.
    package var status: Int? {
        if case .status(let status) = code { status } else { nil }
    }
}
