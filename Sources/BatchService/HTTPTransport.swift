import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOSSL

/// The HTTP library, set up so that it decides nothing by itself.
///
/// It follows no redirects, inflates nothing and makes no second attempt to connect. It speaks HTTP/2 where the server
/// offers it over TLS.
struct HTTPTransport: Sendable {
    private let client: HTTPClient
    private let idleTimeout: Duration
    private let stopwatch: Stopwatch
    /// Host and port of the proxy, for the texts of faults.
    private let proxyName: String?

    init(settings: ServiceSettings, origin: Origin, stopwatch: Stopwatch) throws(ServiceSettingsFailure) {
        let proxy = try settings.proxies.proxy(for: origin)
        proxyName = proxy.map { "\($0.host):\($0.port)" }
        idleTimeout = settings.idleTimeout
        self.stopwatch = stopwatch

        var pool = HTTPClient.Configuration.ConnectionPool(idleTimeout: .seconds(30))
        // Callers bound how many requests run at once. A second bound here would let requests time out in a queue.
        pool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1_024
        pool.retryConnectionEstablishment = false
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try Self.tlsConfiguration(caFile: settings.caFile),
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(settings.connectTimeout)),
            connectionPool: pool,
            proxy: proxy,
            decompression: .disabled
        )
        configuration.http1_1ConnectionDebugInitializer = Self.widenReads
        configuration.http2ConnectionDebugInitializer = Self.widenReads
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Sends a GET and returns when the head of the answer is there.
    ///
    /// Throws ``TransportBreak``, or `CancellationError`.
    func get(_ url: ServiceURL, headers: HTTPHeaders) async throws -> (head: AnswerHead, body: AnswerBody) {
        var request = HTTPClientRequest(url: url.text)
        request.headers = headers
        let response = try await execute(request)
        let head = AnswerHead(status: Int(response.status.code), headers: response.headers)
        let body = AnswerBody(
            response.body,
            isGzip: head.isGzip,
            idleTimeout: idleTimeout,
            stopwatch: stopwatch,
            proxy: proxyName
        )
        return (head, body)
    }

    /// Waits for the head of the answer, at most the idle time.
    private func execute(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        do {
            return try await withThrowingTaskGroup(of: HTTPClientResponse?.self) { group in
                group.addTask { try await client.execute(request, deadline: .distantFuture) }
                group.addTask {
                    try await stopwatch.sleep(idleTimeout)
                    return nil
                }
                defer { group.cancelAll() }
                guard let response = try await group.next() ?? nil else { throw TransportBreak.idle(idleTimeout) }
                return response
            }
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw TransportBreak(error, proxy: proxyName)
        }
    }

    /// Closes all connections; the transport cannot be used afterwards.
    func shutdown() async {
        // The only failure is that it was shut down before, which is what was wanted.
        try? await client.shutdown()
    }
}

// The library's open connections hold requests with their headers: a dump must not get there.
extension HTTPTransport: Redacted {}

extension HTTPTransport {
    static func tlsConfiguration(caFile: String?) throws(ServiceSettingsFailure) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        guard let caFile else { return configuration }
        do {
            let certificates = try NIOSSLCertificate.fromPEMFile(caFile)
            configuration.additionalTrustRoots = [.certificates(certificates)]
        } catch {
            throw .caFile(
                caFile,
                detail: FileManager.default.isReadableFile(atPath: caFile)
                    ? "holds no certificates in PEM form" : "cannot be read"
            )
        }
        return configuration
    }

    /// Lets one read take in up to 256 KiB: at NIO's own bound of 64 KiB a gigabyte costs half as much processor time again.
    private static let widenReads: @Sendable (any Channel) -> EventLoopFuture<Void> = { channel in
        let allocator = AdaptiveRecvByteBufferAllocator(minimum: 16_384, initial: 65_536, maximum: 262_144)
        return channel.setOption(ChannelOptions.recvAllocator, value: allocator)
    }
}

extension TimeAmount {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .seconds(seconds) + .nanoseconds(attoseconds / 1_000_000_000)
    }
}
