import AsyncHTTPClient
import BatchPipeline
import BlockGzip

/// The body of an answer as it arrives: chunks of up to about 1 MiB, decompressed if they are gzip.
///
/// Iterate once. Throws `ServiceError` with a transport code, or `CancellationError`. Dropping it closes its connection.
struct AnswerBody: AsyncSequence, Sendable {
    typealias Element = [UInt8]

    private let download: Download
    private let isGzip: Bool
    private let failure: @Sendable (ServiceError.Code) -> ServiceError

    /// Starts to receive `body`, and gives up if nothing arrives for `idleTimeout` while we wait for bytes.
    init(
        _ body: HTTPClientResponse.Body,
        of request: ServiceRequest,
        head: AnswerHead,
        idleTimeout: Duration,
        stopwatch: Stopwatch,
        proxy: String?
    ) {
        isGzip = head.isGzip
        let failure = { @Sendable code in ServiceError(code, of: request, answer: head.reply) }
        self.failure = failure
        let relay = BodyRelay()
        let task = Task {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await Self.drain(body, into: relay) { failure(.cut($0, proxy: proxy)) }
                }
                group.addTask {
                    guard await Self.isIdle(relay, for: idleTimeout, stopwatch: stopwatch) else { return }
                    relay.finish(.failure(failure(.idle(idleTimeout))))
                }
                // The end of the body and the idle clock: the first to end cancels the other.
                await group.next()
                group.cancelAll()
            }
        }
        download = Download(relay: relay, task: task)
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(download: download, inflation: isGzip ? Inflation() : nil, failure: failure)
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let download: Download
        fileprivate let inflation: Inflation?
        fileprivate let failure: @Sendable (ServiceError.Code) -> ServiceError

        func next() async throws -> [UInt8]? {
            guard let inflation else { return try await download.relay.next() }
            do {
                while true {
                    if let content = try inflation.inflater.next() { return content }
                    guard let piece = try await download.relay.next() else {
                        try inflation.inflater.finish()
                        return nil
                    }
                    inflation.inflater.push(piece)
                }
            } catch let error as GzipFailure {
                throw failure(.cut(error, proxy: nil))
            }
        }
    }

    /// A box for the inflater, which is not copyable, while an iterator is.
    ///
    /// One iterator uses it.
    fileprivate final class Inflation {
        var inflater = GzipInflater()
    }

    /// Ends the download when the last value that can read from it goes away.
    fileprivate final class Download: Sendable {
        let relay: BodyRelay
        private let task: Task<Void, Never>

        init(relay: BodyRelay, task: Task<Void, Never>) {
            self.relay = relay
            self.task = task
        }

        deinit {
            relay.abandon()
            task.cancel()
        }
    }
}

extension AnswerBody {
    /// Moves the body into the relay.
    private static func drain(
        _ body: HTTPClientResponse.Body,
        into relay: BodyRelay,
        failure: (any Error) -> ServiceError
    ) async {
        do {
            for try await buffer in body {
                guard await relay.push(buffer) else { return }
            }
            relay.finish(.success(()))
        } catch is CancellationError {
            relay.finish(.failure(CancellationError()))
        } catch {
            relay.finish(.failure(failure(error)))
        }
    }

    /// Waits until the network owes us bytes for `limit` without a break, and returns true; false if the task is canceled.
    ///
    /// It looks four times per idle time. So a silence is noticed after at most five quarters of it, and the fast path
    /// never reads a clock.
    private static func isIdle(_ relay: BodyRelay, for limit: Duration, stopwatch: Stopwatch) async -> Bool {
        var seen = relay.activity.events
        var quarters = 0
        while quarters < 4 {
            do { try await stopwatch.sleep(limit / 4) } catch { return false }
            let (events, isHeldBack) = relay.activity
            quarters = events == seen && !isHeldBack ? quarters + 1 : 0
            seen = events
        }
        return true
    }
}

extension AnswerBody {
    /// The whole body, or nil if it is longer than `limit`.
    func collect(upTo limit: Int) async throws -> [UInt8]? {
        var whole: [UInt8] = []
        for try await chunk in self {
            guard whole.count + chunk.count <= limit else { return nil }
            whole += chunk
        }
        return whole
    }

    /// The first bytes of a body, as far as they can be read: for error texts, in which a break does not matter.
    func prefix(upTo limit: Int) async -> [UInt8] {
        var whole: [UInt8] = []
        do {
            for try await chunk in self {
                whole += chunk
                if whole.count >= limit { break }
            }
        } catch {
            return Array(whole.prefix(limit))
        }
        return Array(whole.prefix(limit))
    }
}
