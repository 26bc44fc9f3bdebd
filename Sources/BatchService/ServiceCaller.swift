import BatchPipeline
import MessageBatches
import NIOHTTP1

/// A request to the API.
struct ServiceRequest: Sendable {
    var url: ServiceURL
    var kind: RetryPolicy.Operation
    /// The name of the request in errors: `GET /v1/messages/batches`.
    var name: String
    var accept = "application/json"
    /// The names of beta features that the endpoint requires.
    var betas: [String] = []
    /// The number of this attempt, from 1.
    var attempt = 1
}

/// Sends a request until it succeeds or its retry policy gives up: waits for its turn, sends, evaluates, pauses.
struct ServiceCaller: Sendable {
    let requester: Requester
    let pacer: Pacer
    let maxAttempts: Int
    let environment: ServiceEnvironment
    let stopwatch: Stopwatch

    /// Sends the request and passes a response with status 200 to `read`.
    ///
    /// Transport errors in `read` count as failed attempts, an ``ErrorDocument`` counts as an answer with its status.
    func call<Value: Sendable>(
        _ request: ServiceRequest,
        read: @Sendable (ReplyHead, ResponseBody, ServiceRequest) async throws -> Value
    ) async throws(ServiceError) -> Value {
        var request = request
        var policy = RetryPolicy(request.kind, limits: .init(attempts: maxAttempts))
        var firstThrottle: Duration?
        var renewals = 0
        while true {
            request.attempt = policy.tries + 1
            var startedAt = Duration.zero
            let outcome: RetryPolicy.Outcome
            var failure: ServiceError
            var key = requester.keys.current
            do {
                startedAt = try await pacer.waitForTurn()
                // Other requests may have replaced the key during the wait.
                key = requester.keys.current
                let (head, body) = try await requester.send(request, with: key.credential)
                var status = head.reply.status
                let error: ErrorBody
                var page: ReceivedPage?
                if status == 200 {
                    requester.keys.recordAcceptance(of: key)
                    do {
                        let value = try await read(head.answer(now: environment.now()), body, request)
                        pacer.recordSuccess()
                        return value
                    } catch let document as ErrorDocument {
                        (status, error) = (document.status, document.body)
                    }
                } else {
                    let (bytes, isWhole) = await body.prefix(upTo: ErrorBody.byteLimit)
                    error = ErrorBody(bytes, isWhole: isWhole)
                    page = ReceivedPage(contentType: head.reply.contentType, body: bytes)
                }
                var facts = head.facts(errorCode: error.code, now: environment.now())
                facts.status = status
                outcome = .answer(facts)
                failure = ServiceError(.status(status), of: request, answer: head.reply)
                failure.errorType = error.type
                failure.message = error.message
                failure.page = page
                failure.requestID = failure.requestID ?? error.requestID
            } catch let error as ServiceError {
                guard case .transport(let fault, let detail) = error.code else {
                    throw requester.withoutSecrets(error)
                }
                outcome = .fault(fault, detail: detail)
                failure = ServiceError(error.code, of: request)
            } catch {
                throw ServiceError(.cancelled, of: request)
            }
            if failure.status != 401 {
                renewals = 0
            } else if renewals == KeyStore.renewalLimit {
                failure.keyRenewal = KeyStore.refusedAgain
            } else if try await renew(key, after: &failure) {
                renewals += 1
                continue
            }
            var throttled = Duration.zero
            if failure.status == 429 {
                let start = firstThrottle ?? stopwatch.elapsed()
                firstThrottle = start
                throttled = pacer.throttledTime(since: start)
            }
            let decision = policy.decide(outcome, jitter: environment.random(), throttledFor: throttled)
            failure.refusedPause = policy.refusedPause
            try await execute(decision, startedAt: startedAt, requester.withoutSecrets(failure))
        }
    }

    /// Replaces a key that was refused; false if there is no other one, with the reason in the error.
    private func renew(_ key: KeyStore.Key, after failure: inout ServiceError) async throws(ServiceError) -> Bool {
        do {
            switch try await requester.keys.renew(after: key) {
            case .refused(let reason):
                failure.keyRenewal = reason
                return false
            case .renewed:
                let failure = requester.withoutSecrets(failure)
                environment.onRetry(
                    RetryNotice(
                        operation: failure.operation,
                        reason: .keyRenewed,
                        pause: .zero,
                        tries: failure.attempts,
                        requestID: failure.requestID
                    )
                )
                return true
            }
        } catch {
            failure.code = .cancelled
            throw failure
        }
    }

    /// Waits as long as the policy says, or throws the error with the policy's code.
    private func execute(
        _ decision: RetryPolicy.Decision,
        startedAt: Duration,
        _ failure: ServiceError
    ) async throws(ServiceError) {
        var failure = failure
        switch decision {
        case .accept:
            preconditionFailure("a policy accepts only status 200, which never gets here")
        case .fail(let code):
            failure.code = code
            throw failure
        case .retry(let pause, let reason):
            environment.onRetry(
                RetryNotice(
                    operation: failure.operation,
                    reason: reason,
                    pause: pause,
                    tries: failure.attempts,
                    requestID: failure.requestID
                )
            )
            if reason == .throttled {
                // All callers wait; this one waits before its next request.
                pacer.recordRefusal(startedAt: startedAt, pause: pause)
                return
            }
            do {
                try await stopwatch.sleep(pause)
            } catch {
                failure.code = .cancelled
                throw failure
            }
        }
    }
}
