import AsyncHTTPClient
import BatchPipeline
import BlockGzip

/// The body of an answer as it arrives: chunks of up to about a MiB, inflated if it came as gzip.
///
/// Iterate once. Throws ``TransportBreak``, or `CancellationError`. Dropping it closes the connection it comes from.
struct AnswerBody: AsyncSequence, Sendable {
    typealias Element = [UInt8]

    private let download: Download
    private let isGzip: Bool

    /// Starts to take in `body`, and gives up when the network owes us bytes for `idleTimeout`.
    init(
        _ body: HTTPClientResponse.Body,
        isGzip: Bool,
        idleTimeout: Duration,
        stopwatch: Stopwatch,
        proxy: String?
    ) {
        self.isGzip = isGzip
        let relay = BodyRelay()
        let task = Task {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await Self.drain(body, into: relay, proxy: proxy) }
                group.addTask { await Self.watch(relay, idleTimeout: idleTimeout, stopwatch: stopwatch) }
                // Whichever ends first, end of body or end of patience, ends the other.
                await group.next()
                group.cancelAll()
            }
        }
        download = Download(relay: relay, task: task)
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(download: download, inflation: isGzip ? Inflation() : nil)
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let download: Download
        fileprivate let inflation: Inflation?

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
            } catch let failure as GzipFailure {
                throw TransportBreak(failure, proxy: nil)
            }
        }
    }

    /// The inflater is not copyable and an iterator is, so it stands in a box that one iterator uses.
    fileprivate final class Inflation {
        var inflater = GzipInflater()
    }

    /// Ends the download with the last value that could read from it.
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
    private static func drain(_ body: HTTPClientResponse.Body, into relay: BodyRelay, proxy: String?) async {
        do {
            for try await buffer in body {
                guard await relay.push(buffer) else { return }
            }
            relay.finish(.success(()))
        } catch is CancellationError {
            relay.finish(.failure(CancellationError()))
        } catch {
            // Whatever ends a body that had begun is a cut: HTTP/2 and TLS have errors of their own for it.
            relay.finish(.failure(TransportBreak(.cut, TransportBreak(error, proxy: proxy).detail)))
        }
    }

    /// Looks four times in an idle time, so that a silence is noticed after at most five quarters of it, and the fast path
    /// never touches a clock.
    private static func watch(_ relay: BodyRelay, idleTimeout: Duration, stopwatch: Stopwatch) async {
        var seen = relay.activity.events
        var quarters = 0
        while quarters < 4 {
            do { try await stopwatch.sleep(idleTimeout / 4) } catch { return }
            let (events, isHeldBack) = relay.activity
            quarters = events == seen && !isHeldBack ? quarters + 1 : 0
            seen = events
        }
        relay.finish(.failure(TransportBreak.idle(idleTimeout)))
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

    /// The first bytes of a body, what can be read of them: for error texts, where a break matters no more.
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
