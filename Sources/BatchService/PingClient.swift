import BatchPipeline
import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Notifies a monitoring service such as healthchecks.io when a run starts or ends.
///
/// It sends a POST request to the URL for success, to `/start` below it for a start, and to `/fail` below it for a
/// failure. The service stores the body. The client has no API credential, so it cannot send one.
package struct PingClient: Sendable {
    /// The event to report.
    package enum RunEvent: Sendable, Hashable, CaseIterable {
        case start
        case success
        case failure

        var suffix: String {
            switch self {
            case .start: "/start"
            case .success: ""
            case .failure: "/fail"
            }
        }
    }

    private let url: ServiceURL
    private let userAgent: String
    private let proxies: ProxySettings
    private let caFile: String?

    /// Creates a client; nil if ``isValidURL(_:)`` is false for the URL.
    ///
    /// No text or error contains the URL, because it is a secret. `caFile` is as in ``ServiceSettings/caFile``.
    package init?(_ url: String, userAgent: String, proxies: ProxySettings = ProxySettings(), caFile: String? = nil) {
        guard let url = try? ServiceURL(url) else { return nil }
        self.url = url
        self.userAgent = userAgent
        self.proxies = proxies
        self.caFile = caFile
    }

    /// Whether a text is an absolute `http` or `https` URL.
    package static func isValidURL(_ url: String) -> Bool {
        (try? ServiceURL(url)) != nil
    }

    /// Sends one ping without redirects and retries.
    ///
    /// It waits up to ``limit``. Throws a ``ServiceError`` that contains only the origin, or ``ServiceSettingsFailure``
    /// for an invalid proxy or certificate file.
    package func send(_ event: RunEvent, body: String) async throws {
        let proxy = try proxies.proxy(for: url.origin)
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: try HTTPTransport.configuration(caFile: caFile, connectTimeout: Self.limit, proxy: proxy)
        )
        var request = HTTPClientRequest(url: target(event).text)
        request.method = .POST
        request.headers = ["content-type": "text/plain; charset=utf-8", "user-agent": userAgent]
        request.body = .bytes(ByteBuffer(string: body))
        let result: Result<UInt, any Error>
        do {
            result = .success(try await client.execute(request, timeout: Self.limit).status.code)
        } catch {
            result = .failure(error)
        }
        await HTTPTransport.shutdown(client)
        try judge(result, proxy: proxy.map { "\($0.host):\($0.port)" })
    }

    /// The timeout of a ping, including the connection.
    ///
    /// It is short, so that monitoring does not delay a run.
    static let limit = TimeAmount.seconds(10)

    private func target(_ event: RunEvent) -> ServiceURL {
        var path = url.path[...]
        while path.last == "/" { path.removeLast() }
        return ServiceURL(origin: url.origin, path: path + event.suffix, query: url.query)
    }

    private func judge(_ result: Result<UInt, any Error>, proxy: String?) throws(ServiceError) {
        let code: ServiceError.Code
        switch result {
        case .success(let status):
            if (200...299).contains(status) { return }
            code = .status(Int(status))
        case .failure(let error):
            code = .transport(error, proxy: proxy)
        }
        throw ServiceError(code: code, operation: "ping of \(url.origin.text)")
    }
}

// The URL is a secret: it is all that is needed to send a ping.
extension PingClient: Redacted {}
