import BatchPipeline
import BatchService
import MessageBatches
import Tables

extension FailureText {
    init(_ error: ServiceError) {
        self.init(
            Self.clause(error),
            advice: Self.advice(error),
            status: error.isRefusal ? .keyRefused : .error
        )
    }

    init(_ failure: ServiceSettingsFailure) {
        switch failure {
        case .baseURL(let text, let problem):
            self.init(
                "--base-url: invalid URL\(text.isEmpty ? "" : " '\(text)'"): \(Self.clause(problem))",
                advice: "use a URL such as https://api.anthropic.com, in --base-url or ANTHROPIC_BASE_URL",
                status: .usage
            )
        case .credential:
            self.init(
                "invalid API key: it is empty, or contains white space or characters that are not ASCII",
                advice: "check the variable, the key file or the key command from which the key is read",
                status: .usage
            )
        case .header(let name):
            self.init("header \(name): the value contains characters that headers must not contain", status: .usage)
        case .caFile(let path, let detail): self.init("--ca-file: '\(path)' \(detail)", status: .usage)
        case .proxy(let variable):
            self.init(
                "\(variable): invalid proxy address",
                advice: "use an address such as http://proxy.example:3128",
                status: .usage
            )
        case .maxRequestsPerMinute(let value):
            self.init("--max-rpm: invalid value '\(value)': must be 1 or more", status: .usage)
        }
    }

    private static func clause(_ problem: ServiceURL.Problem) -> String {
        switch problem {
        case .empty: "it is empty"
        case .character: "it contains a character that URLs must not contain, such as a space"
        case .scheme: "it must start with https:// or http://"
        case .host: "the host is missing or invalid"
        case .port: "the port must be 1 to 65535"
        case .userInfo: "it must not contain a user name or a password"
        case .query: "it must not contain ? or #"
        }
    }

    /// The failed request, the reason and the request ID, as a clause without a full stop.
    ///
    /// If only the batch object is invalid, the request did not fail.
    static func clause(_ failure: ServiceError) -> String {
        let request = failure.requestID.map { " (request-id \($0))" } ?? ""
        if case .malformedBatch(let reason) = failure.code { return reason.withoutFullStop + request }
        let tries = failure.attempts > 1 ? " after \(failure.attempts) tries" : ""
        return "\(failure.operation) failed\(tries): \(reason(failure))\(request)"
    }

    private static func reason(_ failure: ServiceError) -> String {
        let message = failure.message.map { ": \($0.withoutFullStop)" } ?? ""
        let page = failure.page.map { " (\(description($0)))" } ?? ""
        return switch failure.code {
        case .transport(let fault, let detail): reason(fault, detail: detail.withoutFullStop)
        case .status(let status):
            "status \(status)\(failure.errorType.map { " \($0)" } ?? "")\(message)\(page)\(pause(failure.refusedPause))"
                + keyRenewal(failure)
        case .spendLimit: "the spend limit is reached\(message)"
        case .foreignOrigin(let origin):
            "\(failure.attempts == 0 ? "results_url is at" : "redirected to") \(origin), where the API key is not sent"
        case .redirect(let detail): "invalid redirect: \(detail.withoutFullStop)"
        case .noResultsURL: "the batch has no valid results_url"
        case .malformedBatch(let detail): detail.withoutFullStop
        case .malformedReply(let detail):
            "unexpected answer: \(failure.page.map(description) ?? detail.withoutFullStop)"
        case .cursorStuck(let cursor): "the listing does not advance: the cursor '\(cursor)' is repeated"
        case .keyEchoed: "the results contain the API key, so they are not stored"
        case .listingTooLong(let limit): "the listing is too long: \(limit)"
        case .cancelled: "interrupted"
        }
    }

    private static func reason(_ fault: ServiceError.TransportFault, detail: String) -> String {
        switch fault {
        // The detail says the same with the time.
        case .idleTimeout where !detail.isEmpty: "\(detail) (see --idle-timeout)"
        case .tooSlow: "\(name(fault)): \(detail) (twice --idle-timeout)"
        case .connectTimeout: "\(name(fault)) (see --connect-timeout)"
        default: "\(name(fault))\(detail.isEmpty ? "" : ": \(detail)")"
        }
    }

    private static let titleLimit = 200

    /// What arrived instead of JSON: its type and its title.
    private static func description(_ page: ReceivedPage) -> String {
        // A server may name another type than that of its page.
        let type = page.contentType.flatMap { $0.contains("json") ? nil : $0 } ?? "a page"
        let title = page.title.map { $0.count > titleLimit ? "\($0.prefix(titleLimit))…" : $0 }
        return "\(type) instead of JSON\(title.map { ", titled '\($0)'" } ?? "")"
    }

    /// The pause that a call did not wait for.
    private static func pause(_ pause: Duration?) -> String {
        guard let pause else { return "" }
        let limit = RetryPolicy.Limits().longestPause
        return "; the server asks for a pause of \(seconds(pause)) s, and a request waits up to \(seconds(limit)) s"
    }

    /// The seconds of a duration, with one decimal if they are not whole.
    static func seconds(_ duration: Duration) -> String {
        let tenths = (duration / .milliseconds(100)).rounded()
        return tenths.truncatingRemainder(dividingBy: 10) == 0 ? "\(Int(tenths / 10))" : "\(tenths / 10)"
    }

    private static func name(_ fault: ServiceError.TransportFault) -> String {
        switch fault {
        case .nameResolution: "host name not found"
        case .connectionRefused: "connection refused"
        case .connectTimeout: "no connection in time"
        case .tls: "TLS connection failed"
        case .certificateName: "the server's certificate is for another host name"
        case .certificate: "the server's certificate is not trusted or has expired"
        case .proxy: "the proxy did not connect"
        case .proxyAuthentication: "the proxy requires a user name and a password, or refused those given"
        case .tooSlow: "the answer took too long"
        case .idleTimeout: "no data in time"
        case .cut: "connection lost"
        case .damaged: "the compressed answer is damaged"
        case .other: "connection failed"
        }
    }

    // MARK: Hints

    private static let retry = "run the same command again"

    private static func advice(_ failure: ServiceError) -> String? {
        switch failure.code {
        case .status(let status): advice(failure, status: status)
        case .transport(let fault, _): advice(fault, smallerPage: failure.isListing ? smallerPage(failure) : nil)
        case .spendLimit(let until):
            until.map { "raise the spend limit, or run the same command again after \($0.text)" }
        case .listingTooLong: "select a shorter time window with --since and --until"
        case .cursorStuck: "report this server error with the request-id"
        case .foreignOrigin(let origin) where failure.isListing: "if you trust this server, use --base-url \(origin)"
        case .malformedReply where failure.page != nil: wrongServer
        case .foreignOrigin, .redirect, .noResultsURL, .malformedReply:
            "check that --base-url is a server of the Message Batches API"
        case .keyEchoed: "report it to the operator of the server or proxy, and replace the key"
        case .malformedBatch, .cancelled: nil
        }
    }

    private static let wrongServer =
        "a proxy or another server answered instead of the API: check --base-url, HTTPS_PROXY and http_proxy"

    private static func advice(_ failure: ServiceError, status: Int) -> String? {
        let place = failure.keyPlace ?? "the key"
        if failure.isReport, let advice = reportAdvice(status: status, keyFrom: place) { return advice }
        switch status {
        case 407: return proxyPassword
        case 408, 409, 425, 500...599: return "\(retry) later"
        case 429:
            guard let pause = failure.refusedPause else { return "use --max-rpm to send fewer requests, then \(retry)" }
            guard pause < .seconds(86_400 * 365) else { return "\(retry) later" }
            return "wait \(NumberText.duration(seconds: pause / .seconds(1))), then \(retry)"
        case _ where failure.refusesPageSize:
            return smallerPage(failure).map { "use a smaller page: \($0)" } ?? refusedPages
        case _ where failure.page != nil: return wrongServer
        case 401: return "check the key from \(place): it must be current and belong to this API"
        case 403: return "use a key that may read batches (this one is from \(place)), or set --workspace"
        case 404 where failure.isListing: return "check --base-url: this server has no /v1/messages/batches"
        case 404: return "check the batch ID, and that the key belongs to the workspace of the batch"
        default: return nil
        }
    }

    /// The option for pages that are smaller than the one that failed; nil if there are none.
    private static func smallerPage(_ failure: ServiceError) -> String? {
        PageSize.smaller(than: failure.pageSize ?? 1_000).map { "--page-size \($0)" }
    }

    private static let refusedPages =
        "this server refuses pages of any size: ask its operator, or check that --base-url is a server of the API"

    private static func advice(_ fault: ServiceError.TransportFault, smallerPage: String?) -> String {
        switch fault {
        case .nameResolution, .connectionRefused: "check --base-url or ANTHROPIC_BASE_URL, and the network"
        case .connectTimeout: "check --base-url and the network, or use a longer --connect-timeout"
        case .tls: "check the scheme and the port in --base-url"
        case .certificateName: "use the host name of the certificate in --base-url"
        case .certificate:
            "check the clock of this machine, or use --ca-file with the certificate of your own authority"
        case .proxy: "check the address in HTTPS_PROXY or http_proxy"
        case .proxyAuthentication: proxyPassword
        case .idleTimeout, .tooSlow:
            "use a longer --idle-timeout\(smallerPage.map { ", or a smaller page: \($0)" } ?? "")"
        case .damaged: "\(retry), with --accept-encoding identity if this is repeated"
        case .cut, .other: retry
        }
    }

    private static let proxyPassword =
        "add them to the address of the proxy, in HTTPS_PROXY or http_proxy: http://USER:PASSWORD@HOST:PORT"

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
        case .failed(.unsafeID): "its ID cannot be a file name"
        case .failed(.unreadableIDs(let reason)):
            "the IDs that it must contain cannot be read: \(reason.withoutFullStop)"
        case .failed(.obstacle(let path)): "'\(path)' is not a file of the archive: move it away"
        case .failed(.unreadableFile(let reason)): "its file cannot be read: \(reason)"
        case .failed(.changing): "its results were different in each download"
        case .failed(.deadline(let deadline)):
            "not complete after \(deadline.components.seconds) s (--deadline); the download will resume"
        }
    }

    /// The warning about a malformed batch object whose results can no longer be downloaded.
    static func removed(id: String, because reason: String) -> String {
        "\(id): the API has removed its results; \(reason)"
    }

    /// The reason for another download of a batch, as a clause.
    static func clause(_ reason: RetryReason) -> String {
        switch reason {
        case .failure(let failure): clause(failure)
        case .unproven(let faults): faults.map(\.sentence).joined(separator: "; ")
        case .changed: "the results differ from the earlier download"
        }
    }

    /// The message for a request that is about to be retried.
    static func sentence(of retry: RetryNotice) -> String {
        let reason =
            switch retry.reason {
            case .status(let status): "status \(status)"
            case .throttled: "too many requests"
            case .notReady: "the results are not ready"
            case .transport(let fault): name(fault)
            case .keyRenewed: "the key was refused"
            }
        let request = retry.requestID.map { " (request-id \($0))" } ?? ""
        return "\(retry.operation): \(reason)\(request); \(next(retry))"
    }

    /// The warning for a ping that failed.
    static func pingFailed(_ error: any Error) -> String {
        "\(FailureText(error)?.sentence ?? "the ping failed"); the run itself is not affected"
    }

    /// The warning for a notification that failed.
    static func notificationFailed(_ error: any Error) -> String {
        let reason = (error as? NotifyCommand.Failure)?.sentence ?? "cannot run the command"
        return "--notify-command: \(reason); the run itself is not affected"
    }

    /// The warning for a metrics file that could not be written.
    static func metricsNotWritten(_ failure: StatisticsFailure) -> String {
        "metrics file: \(FailureText(failure).sentence); the run itself is not affected"
    }
}

extension String {
    /// The text without its final full stop, so that it fits into a sentence.
    var withoutFullStop: String {
        hasSuffix(".") ? String(dropLast()) : self
    }
}
