import BatchPipeline
import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Tells a watchdog such as healthchecks.io that a run has started or ended.
///
/// The convention: POST to the URL itself means success, with `/start` behind its path "has begun", with `/fail` "has
/// failed"; the body is kept for people. No credential of the service is known here, so none can be sent.
package struct PingClient: Sendable {
    /// What there is to tell.
    package enum Occasion: Sendable, Hashable, CaseIterable {
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

    /// Nil if the URL is none that ``isPingable(_:)``; it is kept out of every text and error, as who knows it can ping.
    ///
    /// `caFile` is as in ``ServiceSettings/caFile``.
    package init?(_ url: String, userAgent: String, proxies: ProxySettings = ProxySettings(), caFile: String? = nil) {
        guard let url = try? ServiceURL(url) else { return nil }
        self.url = url
        self.userAgent = userAgent
        self.proxies = proxies
        self.caFile = caFile
    }

    /// Whether a text is an absolute `http` or `https` URL.
    package static func isPingable(_ url: String) -> Bool {
        (try? ServiceURL(url)) != nil
    }

    /// Sends one ping; redirects are not followed and nothing is repeated.
    ///
    /// Takes at most ``limit``. Throws a ``ServiceError`` that names the origin only, or ``ServiceSettingsFailure``
    /// for an unusable proxy or certificate file.
    package func send(_ occasion: Occasion, body: String) async throws {
        let proxy = try proxies.proxy(for: url.origin)
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPClient.Configuration(
                tlsConfiguration: try HTTPTransport.tlsConfiguration(caFile: caFile),
                redirectConfiguration: .disallow,
                timeout: .init(connect: Self.limit),
                proxy: proxy
            )
        )
        var request = HTTPClientRequest(url: target(occasion).text)
        request.method = .POST
        request.headers = ["content-type": "text/plain; charset=utf-8", "user-agent": userAgent]
        request.body = .bytes(ByteBuffer(string: body))
        let result: Result<UInt, any Error>
        do {
            result = .success(try await client.execute(request, timeout: Self.limit).status.code)
        } catch {
            result = .failure(error)
        }
        // The only failure is that it was shut down before, which is what was wanted.
        try? await client.shutdown()
        try judge(result, proxy: proxy.map { "\($0.host):\($0.port)" })
    }

    /// How long a ping may take, connecting included: a run must not wait long for those who only watch.
    static let limit = TimeAmount.seconds(10)

    private func target(_ occasion: Occasion) -> ServiceURL {
        var path = url.path[...]
        while path.last == "/" { path.removeLast() }
        return ServiceURL(origin: url.origin, path: path + occasion.suffix, query: url.query)
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
        throw ServiceError(code: code, operation: "The ping of \(url.origin.text)")
    }
}

// Anyone who knows the URL can ping.
extension PingClient: Redacted {}
