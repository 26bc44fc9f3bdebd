import BatchPipeline
import MessageBatches
import NIOHTTP1

/// One question to the service.
struct ServiceRequest: Sendable {
    var url: ServiceURL
    var kind: RetryPlan.Operation
    /// How a failure calls it: `GET /v1/messages/batches`.
    var name: String
    var accept = "application/json"
}

/// An answer with status 200.
struct ServiceAnswer: Sendable {
    var head: ReplyHead
    var body: AnswerBody
    /// Requests made up to this answer.
    var tries: Int
}

/// Asks the service until its retry plan is content: waits for the turn, sends, judges, pauses.
struct ServiceCaller: Sendable {
    let requester: Requester
    let pacer: Pacer
    let maxAttempts: Int
    let environment: ServiceEnvironment
    let stopwatch: Stopwatch

    /// What one try brought.
    private enum Attempt<Value> {
        case answered(Value)
        case refused(AnswerHead, ErrorBody)
        case broken(TransportBreak)
        /// Trouble that no repetition heals.
        case futile(ServiceFailure.Cause, ReplyHead?)
    }

    /// Asks, and reads the answer with `read`, whose breaks count as failed tries.
    func call<Value: Sendable>(
        _ request: ServiceRequest,
        read: @Sendable (ServiceAnswer) async throws -> Value
    ) async throws(ServiceFailure) -> Value {
        var plan = RetryPlan(request.kind, limits: .init(attempts: maxAttempts))
        while true {
            var startedAt = Duration.zero
            let attempt = await attempt(request, number: plan.tries + 1, startedAt: &startedAt, read: read)
            let outcome: RetryPlan.Outcome
            var failure = ServiceFailure(cause: .cancelled, operation: request.name)
            switch attempt {
            case .answered(let value):
                pacer.answered()
                return value
            case .futile(let cause, let head):
                failure.cause = cause
                failure.requestID = head?.requestID
                failure.serverDate = head?.date
                failure.attempts = plan.tries + 1
                throw failure
            case .broken(let transportBreak):
                outcome = .fault(transportBreak.fault, detail: transportBreak.detail)
            case .refused(let head, let error):
                outcome = .answer(head.facts(errorCode: error.code, now: environment.now()))
                failure.errorType = error.type
                failure.message = error.message.map { requester.withoutSecrets($0) }
                failure.requestID = head.reply.requestID ?? error.requestID
                failure.serverDate = head.reply.date
            }
            let decision = plan.decide(outcome, jitter: environment.random())
            failure.attempts = plan.tries
            try await obey(decision, startedAt: startedAt, failure: failure)
        }
    }

    /// Waits as long as the plan says, or throws `failure` with the plan's cause.
    private func obey(
        _ decision: RetryPlan.Decision,
        startedAt: Duration,
        failure: ServiceFailure
    ) async throws(ServiceFailure) {
        var failure = failure
        switch decision {
        case .accept:
            preconditionFailure("a plan accepts 200 only, and those were answered")
        case .fail(let cause):
            failure.cause = cause
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
                // Everybody waits, this caller at its next turn.
                pacer.refused(startedAt: startedAt, pause: pause)
            } else {
                do { try await stopwatch.sleep(pause) } catch { throw failure }
            }
        }
    }

    private func attempt<Value: Sendable>(
        _ request: ServiceRequest,
        number: Int,
        startedAt: inout Duration,
        read: @Sendable (ServiceAnswer) async throws -> Value
    ) async -> Attempt<Value> {
        do {
            startedAt = try await pacer.turn()
            let (head, body) = try await requester.send(request)
            guard head.reply.status == 200 else {
                return .refused(head, ErrorBody(await body.prefix(upTo: ErrorBody.byteLimit)))
            }
            return .answered(try await read(ServiceAnswer(head: head.reply, body: body, tries: number)))
        } catch let error as TransportBreak {
            return .broken(error)
        } catch let error as FutileRequest {
            return .futile(error.cause, error.head)
        } catch {
            return .futile(.cancelled, nil)
        }
    }
}
