import AsyncHTTPClient
import BatchPipeline
import BlockGzip

/// The body of an HTTP response as it arrives, in chunks of up to about 1 MiB, decompressed if it is gzip.
///
/// Iterate only once. Throws `ServiceError` with a transport code, or `CancellationError`. The connection closes when
/// the last copy of the value and its iterators are released.
struct ResponseBody: AsyncSequence, Sendable {
    typealias Element = [UInt8]

    let download: Download
    private let isGzip: Bool
    /// The longest time for a whole document or error body; silence of each idle timeout ends a body anyway.
    private let totalLimit: Duration
    private let stopwatch: Stopwatch
    private let keySearch: BodySearch?
    private let failure: @Sendable (ServiceError.Code) -> ServiceError

    /// Starts to receive `body`; fails if no bytes arrive for `idleTimeout` while the reader waits.
    ///
    /// ``makeAsyncIterator()`` also fails if `keySearch` finds a key. A document and an error body must arrive within
    /// two idle timeouts.
    init(
        _ body: HTTPClientResponse.Body,
        of request: ServiceRequest,
        head: ResponseHead,
        idleTimeout: Duration,
        stopwatch: Stopwatch,
        proxy: String?,
        keySearch: BodySearch? = nil
    ) {
        totalLimit = idleTimeout * 2
        self.stopwatch = stopwatch
        self.keySearch = keySearch
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
                    guard await Self.isTimedOut(relay, for: idleTimeout, stopwatch: stopwatch) else { return }
                    relay.finish(.failure(failure(.idle(idleTimeout))))
                }
                // The body ends or the idle timeout expires; the first to finish cancels the other.
                await group.next()
                group.cancelAll()
            }
        }
        download = Download(relay: relay, task: task)
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(download: download, inflation: isGzip ? Inflation() : nil, failure: failure, keySearch: keySearch)
    }

    /// Returns an iterator that throws as soon as the whole body takes longer than ``totalLimit``.
    private func limited() -> Iterator {
        let (end, limit, failure) = (stopwatch.elapsed() + totalLimit, totalLimit, failure)
        var iterator = Iterator(download: download, inflation: isGzip ? Inflation() : nil, failure: failure)
        iterator.checkTime = { [stopwatch] in
            if stopwatch.elapsed() >= end { throw failure(.tooSlow(limit)) }
        }
        return iterator
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let download: Download
        fileprivate let inflation: Inflation?
        fileprivate let failure: @Sendable (ServiceError.Code) -> ServiceError
        fileprivate var keySearch: BodySearch?
        /// Throws if the body takes too long.
        fileprivate var checkTime: @Sendable () throws -> Void = {}
        /// The first bytes of the content, up to two.
        fileprivate var start: [UInt8] = []

        mutating func next() async throws -> [UInt8]? {
            guard let chunk = try await content() else { return nil }
            try checkCoding(chunk)
            if keySearch?.finds(in: chunk) == true { throw failure(.keyEchoed) }
            return chunk
        }

        /// Throws if the content is gzip again, which neither JSON nor a page begins like.
        private mutating func checkCoding(_ chunk: [UInt8]) throws {
            guard start.count < 2 else { return }
            start += chunk.prefix(2 - start.count)
            guard start == [0x1F, 0x8B] else { return }
            let problem = inflation == nil ? "gzip without a content-encoding header" : "compressed twice with gzip"
            throw failure(.malformedReply(problem))
        }

        private func received() async throws -> [UInt8]? {
            let chunk = try await download.relay.next()
            // A compressed body without content, such as endless padding, never returns to the caller.
            try Task.checkCancellation()
            try checkTime()
            return chunk
        }

        private func content() async throws -> [UInt8]? {
            guard let inflation else { return try await received() }
            do {
                while true {
                    if let content = try inflation.inflater.next() { return content }
                    guard let piece = try await received() else {
                        try inflation.inflater.finish()
                        return nil
                    }
                    inflation.inflater.push(piece)
                }
            } catch let error as GzipFailure {
                throw failure(.invalid(error))
            }
        }
    }

    /// A class that holds the inflater, because the inflater is noncopyable and an iterator must be copyable.
    ///
    /// Only one iterator uses it.
    fileprivate final class Inflation {
        var inflater = GzipInflater()
    }

    /// Cancels the download when the last value that can read from it is released.
    final class Download: Sendable {
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

extension ResponseBody {
    /// Copies the body to the relay.
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

    /// Returns true as soon as no bytes have arrived for `limit` while the reader waits; false if the task is canceled.
    ///
    /// It checks four times per idle timeout. So it detects a silent connection after at most 1.25 timeouts, and no
    /// clock is read per chunk.
    private static func isTimedOut(_ relay: BodyRelay, for limit: Duration, stopwatch: Stopwatch) async -> Bool {
        var seen = relay.activity.events
        var quarters = 0
        while quarters < 4 {
            do { try await stopwatch.sleep(limit / 4) } catch { return false }
            let (events, isProducerWaiting) = relay.activity
            quarters = events == seen && !isProducerWaiting ? quarters + 1 : 0
            seen = events
        }
        return true
    }
}

extension ResponseBody {
    /// Reads the whole body; nil if it is longer than `limit` bytes.
    ///
    /// Throws an error if it takes too long.
    func collect(upTo limit: Int) async throws -> [UInt8]? {
        var whole: [UInt8] = []
        var chunks = limited()
        while let chunk = try await chunks.next() {
            guard whole.count + chunk.count <= limit else { return nil }
            whole += chunk
        }
        return whole
    }

    /// Reads the beginning of the body for an error message, and whether that is the whole body.
    ///
    /// A connection that breaks or is too slow only shortens it.
    func prefix(upTo limit: Int) async -> (bytes: [UInt8], isWhole: Bool) {
        var beginning: [UInt8] = []
        var chunks = limited()
        while beginning.count < limit {
            do {
                guard let chunk = try await chunks.next() else { return (beginning, true) }
                beginning += chunk
            } catch {
                break
            }
        }
        return (Array(beginning.prefix(limit)), false)
    }
}
