import BatchPipeline
import BatchService
import MessageBatches

extension FailureText {
    init(_ error: ServiceError) {
        self.init(
            "\(Self.clause(error)).",
            advice: Self.advice(error, keyPlace: error.keyPlace ?? "the key"),
            status: [401, 403].contains(error.status) ? .keyRefused : .error
        )
    }

    init(_ failure: ServiceSettingsFailure) {
        switch failure {
        case .baseURL(let text, let problem):
            self.init(
                "The base URL \(text.isEmpty ? "" : "\(text) ")cannot be used: \(problem).",
                advice: "Write it like https://api.anthropic.com, in --base-url or ANTHROPIC_BASE_URL.",
                status: .usage
            )
        case .credential:
            self.init(
                "The API key is empty or holds characters no key has, such as a line end.",
                advice: "Check ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN or the key file.",
                status: .usage
            )
        case .header(let name):
            self.init("The value for the header \(name) holds characters no header may hold.", status: .usage)
        case .caFile(let path, let detail):
            self.init("The certificate file \(path) cannot be used: \(detail).", status: .usage)
        case .proxy(let variable):
            self.init(
                "The proxy in \(variable) cannot be used.",
                advice: "Write it like http://proxy.example:3128.",
                status: .usage
            )
        case .maxRequestsPerMinute(let value):
            self.init("--max-rpm \(value) is out of range.", advice: "Allowed is 1 and more.", status: .usage)
        }
    }

    /// The failed request, the reason and the request ID, as a clause without a full stop.
    static func clause(_ failure: ServiceError) -> String {
        let request = failure.requestID.map { " (request-id \($0))" } ?? ""
        let tries = failure.attempts > 1 ? " after \(failure.attempts) tries" : ""
        return "\(failure.operation) failed\(tries): \(reason(failure))\(request)"
    }

    private static func reason(_ failure: ServiceError) -> String {
        let message = failure.message.map { ": \($0.withoutFullStop)" } ?? ""
        return switch failure.code {
        case .transport(let fault, let detail):
            "\(name(fault))\(detail.isEmpty ? "" : ": \(detail.withoutFullStop)")\(limit(fault))"
        case .status(let status):
            "status \(status)\(failure.errorType.map { " \($0)" } ?? "")\(message)\(pause(failure.refusedPause))"
        case .spendLimit: "the spend limit is reached\(message)"
        case .foreignOrigin(let origin): "the results are said to be at \(origin), where the key must not go"
        case .redirect(let detail): "a redirect that cannot be followed: \(detail.withoutFullStop)"
        case .noResultsURL: "the batch has no results_url that can be used"
        case .malformedReply(let detail): "the answer is not what the API documents: \(detail.withoutFullStop)"
        case .cursorStuck(let cursor): "the listing does not advance: the cursor \(cursor) leads nowhere new"
        case .keyEchoed: "the results contain the API key, so they are not stored"
        case .listingTooLong(let limit): "the listing is too long: \(limit)"
        case .cancelled: "stopped before the end"
        }
    }

    /// The option that limits the time of a fault.
    private static func limit(_ fault: ServiceError.TransportFault) -> String {
        switch fault {
        case .connectTimeout: " (see --connect-timeout)"
        case .idleTimeout: " (see --idle-timeout)"
        case .tooSlow: " (twice --idle-timeout)"
        default: ""
        }
    }

    /// The pause that a call did not wait for.
    private static func pause(_ pause: Duration?) -> String {
        guard let pause else { return "" }
        let limit = RetryPolicy.Limits().longestPause
        return
            "; the next request is allowed in \(seconds(pause)) s, and a request waits up to \(seconds(limit)) s in all"
    }

    /// The seconds of a duration, with one decimal if they are not whole.
    private static func seconds(_ duration: Duration) -> String {
        let tenths = (duration / .milliseconds(100)).rounded()
        return tenths.truncatingRemainder(dividingBy: 10) == 0 ? "\(Int(tenths / 10))" : "\(tenths / 10)"
    }

    private static func name(_ fault: ServiceError.TransportFault) -> String {
        switch fault {
        case .nameResolution: "the host name was not found"
        case .connectionRefused: "the connection was refused"
        case .connectTimeout: "no connection within the time allowed"
        case .tls: "the TLS connection was refused"
        case .proxy: "the proxy refused"
        case .proxyAuthentication: "the proxy requires a user name and a password, or refused those given"
        case .tooSlow: "the answer took too long"
        case .idleTimeout: "nothing arrived for too long"
        case .cut: "the connection broke"
        case .other: "the connection failed"
        }
    }

    private static func advice(_ failure: ServiceError, keyPlace: String) -> String? {
        switch failure.code {
        case .status(401): "The key was read from \(keyPlace). Check that it is current and belongs to this API."
        case .status(403): "The key from \(keyPlace) may not read batches here; try another key or --workspace."
        case .status(404): "Check the id, and that the key belongs to the workspace of the batch."
        case .spendLimit(let until): until.map { "It lasts until \($0.text). Raise the limit, or run again then." }
        case .transport(.nameResolution, _), .transport(.connectionRefused, _), .transport(.connectTimeout, _):
            "Check --base-url or ANTHROPIC_BASE_URL, the network and the proxy."
        case .transport(.tls, _):
            "Check the host name in --base-url. "
                + "If the server has a certificate of your own authority, name it with --ca-file."
        case .transport(.proxyAuthentication, _):
            "Write them in the proxy's address: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
        case .transport(.idleTimeout, _), .transport(.tooSlow, _):
            "If the server needs more time, raise --idle-timeout. For a slow listing, try a smaller --page-size."
        case .transport, .status: "Run it again: what is archived stays, the rest is fetched."
        case .listingTooLong: "Select a shorter window with --since and --until."
        case .cursorStuck: "This is a fault of the server: report it with the request-id."
        case .foreignOrigin, .redirect, .noResultsURL, .malformedReply:
            "Check that --base-url is a server that speaks the Message Batches API."
        case .keyEchoed: "The server or a proxy echoes the key: report it to its operator, and replace the key."
        case .cancelled: nil
        }
    }

    /// The reason why a batch is not in the archive, as a clause without a full stop.
    static func clause(_ outcome: BatchOutcome) -> String {
        switch outcome {
        case .archived: "archived"
        case .alreadyArchived: "archived by another process"
        case .busy: "busy: another process is downloading it"
        case .removed: "the API removed its results"
        case .unavailable(let failure): "unavailable: \(clause(failure))"
        case .quarantined(let faults): "quarantined: \(faults.map(\.sentence).joined(separator: "; "))"
        case .failed(.service(let failure)): clause(failure)
        case .failed(.lineTooLong(let line, let offset, let limit)):
            "line \(line), at byte \(offset), is longer than \(limit) bytes; raise --max-line-bytes"
        case .failed(.unsafeID): "its ID is not a valid file name"
        case .failed(.unreadableIDs(let reason)): "the IDs it must contain cannot be read: \(reason.withoutFullStop)"
        case .failed(.obstacle(let path)): "\(path) is in the way: it is not a file of the archive"
        case .failed(.changing): "its results begin differently in each download"
        case .failed(.deadline(let deadline)):
            "not complete after \(deadline.components.seconds) s (see --deadline); the downloaded part is kept"
        }
    }

    /// The reason for another download of a batch, as a clause.
    static func clause(_ reason: RetryReason) -> String {
        switch reason {
        case .failure(let failure): clause(failure)
        case .unproven(let faults): faults.map(\.sentence).joined(separator: "; ")
        case .changed: "the results begin differently from the earlier download"
        }
    }

    /// The message for a request that is about to be retried.
    static func sentence(of retry: RetryNotice) -> String {
        let reason =
            switch retry.reason {
            case .status(let status): "status \(status)"
            case .throttled: "too many requests"
            case .notReady: "results not ready"
            case .transport(let fault): name(fault)
            }
        let request = retry.requestID.map { " (request-id \($0))" } ?? ""
        return "\(retry.operation): \(reason)\(request); trying again in \(seconds(retry.pause)) s"
    }

    /// The warning for a ping that failed.
    static func pingFailed(_ error: any Error) -> String {
        let text =
            (error as? ServiceError).map { "\(clause($0))." } ?? FailureText(error)?.sentence ?? "The ping failed."
        return "\(text) The run itself is not affected."
    }

    /// The warning for a metrics file that could not be written.
    static func metricsNotWritten(_ failure: StatisticsFailure) -> String {
        "The metrics file \(FailureText(failure).sentence) The run itself is not affected."
    }
}

extension String {
    /// The text without its final full stop, so that it fits into a sentence.
    fileprivate var withoutFullStop: String {
        hasSuffix(".") ? String(dropLast()) : self
    }
}
