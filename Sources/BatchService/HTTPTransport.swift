import AsyncHTTPClient
import BatchPipeline
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOSSL

/// The HTTP library, configured to leave redirects, decompression and retries to the caller.
///
/// It uses HTTP/1.1 with TLS 1.2 or later: one connection per running download. The library has no limits for HTTP/2: a
/// server that never sends its settings, or floods CONTINUATION frames, would keep the connection and fill memory. With
/// HTTP/1.1 a header block is limited to 2 MiB and a header field to 80 KiB.
///
/// Connections stay open for the next request. The library cannot resume TLS sessions, so a new connection always makes
/// a full handshake.
struct HTTPTransport: Sendable {
    private let client: HTTPClient
    private let idleTimeout: Duration
    private let stopwatch: Stopwatch
    /// Host and port of the proxy, for error details.
    private let proxyName: String?

    init(settings: ServiceSettings, origin: Origin, stopwatch: Stopwatch) throws(ServiceSettingsFailure) {
        let proxy = try settings.proxies.proxy(for: origin)
        proxyName = proxy.map { "\($0.host):\($0.port)" }
        idleTimeout = settings.idleTimeout
        self.stopwatch = stopwatch

        var pool = HTTPClient.Configuration.ConnectionPool(idleTimeout: .seconds(30))
        // Callers limit the number of concurrent requests. A second limit here would let requests time out in a queue.
        pool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1_024
        pool.retryConnectionEstablishment = false
        var configuration = try Self.configuration(
            caFile: settings.caFile,
            connectTimeout: TimeAmount(settings.connectTimeout),
            proxy: proxy
        )
        configuration.connectionPool = pool
        configuration.http1_1ConnectionDebugInitializer = Self.widenReads
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Sends a GET request and returns when the response head has arrived.
    ///
    /// The URL is that of the request or of a redirect. Throws `ServiceError` or `CancellationError`.
    func get(
        _ url: ServiceURL,
        for request: ServiceRequest,
        headers: HTTPHeaders,
        hiding keys: KeyStore
    ) async throws -> (head: ResponseHead, body: ResponseBody) {
        var httpRequest = HTTPClientRequest(url: url.text)
        httpRequest.headers = headers
        let response: HTTPClientResponse
        do {
            response = try await execute(httpRequest, for: request)
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw error as? ServiceError ?? ServiceError(.transport(error, proxy: proxyName), of: request)
        }
        let head = ResponseHead(status: Int(response.status.code), headers: response.headers, hiding: keys)
        let body = ResponseBody(
            response.body,
            of: request,
            head: head,
            idleTimeout: idleTimeout,
            stopwatch: stopwatch,
            proxy: proxyName,
            keySearch: BodySearch(keys)
        )
        return (head, body)
    }

    /// Waits for the response head, up to the idle timeout.
    private func execute(
        _ httpRequest: HTTPClientRequest,
        for request: ServiceRequest
    ) async throws -> HTTPClientResponse {
        let response = try await stopwatch.run(upTo: idleTimeout) {
            try await client.execute(httpRequest, deadline: .distantFuture)
        }
        guard let response else { throw ServiceError(.idle(idleTimeout), of: request) }
        return response
    }

    /// Closes all connections.
    ///
    /// The transport cannot be used afterwards.
    func shutdown() async {
        await Self.shutdown(client)
    }

    /// Closes all connections of a client, and waits for it up to ``shutdownLimit``.
    ///
    /// The library waits for connections that are being made, and a peer may be silent for as long as it likes. After
    /// the limit, the library continues on its own.
    static func shutdown(_ client: HTTPClient) async {
        // The only possible errors are that the client has already been shut down, and cancellation.
        _ = try? await Stopwatch(ContinuousClock()).run(upTo: shutdownLimit) { try await client.shutdown() }
    }

    private static let shutdownLimit = Duration.seconds(5)
}

// The library's open connections hold requests with their headers, so a dump must not show them.
extension HTTPTransport: Redacted {}

extension HTTPTransport {
    /// The configuration of every client of the library.
    static func configuration(
        caFile: String?,
        connectTimeout: TimeAmount,
        proxy: HTTPClient.Configuration.Proxy?
    ) throws(ServiceSettingsFailure) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try tlsConfiguration(caFile: caFile),
            redirectConfiguration: .disallow,
            timeout: .init(connect: connectTimeout),
            proxy: proxy,
            decompression: .disabled
        )
        configuration.httpVersion = .http1Only
        return configuration
    }

    private static func tlsConfiguration(caFile: String?) throws(ServiceSettingsFailure) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        guard let caFile else { return configuration }
        do {
            let certificates = try NIOSSLCertificate.fromPEMFile(caFile)
            configuration.additionalTrustRoots = [.certificates(certificates)]
        } catch {
            throw .caFile(
                caFile,
                detail: FileManager.default.isReadableFile(atPath: caFile)
                    ? "contains no certificates in PEM form" : "cannot be read"
            )
        }
        return configuration
    }

    /// Raises the maximum size of one read to 256 KiB: NIO's limit of 64 KiB needs 50 % more processor time per
    /// gigabyte.
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
