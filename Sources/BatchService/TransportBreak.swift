import AsyncHTTPClient
import BatchPipeline
import BlockGzip
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A request that got no whole answer, in the words of the pipeline.
///
/// Texts are made from codes and host names only. Errors of the HTTP library are not printed: some hold header values,
/// and one of those is the key.
struct TransportBreak: Error, Sendable, Hashable {
    var fault: ServiceFailure.TransportFault
    var detail: String

    init(_ fault: ServiceFailure.TransportFault, _ detail: String) {
        self.fault = fault
        self.detail = detail
    }

    /// Nothing arrived for the idle time.
    static func idle(_ limit: Duration) -> TransportBreak {
        TransportBreak(.idleTimeout, "nothing arrived for \(limit.components.seconds) s")
    }

    /// Reads an error of the HTTP library.
    ///
    /// `proxy` is host and port of the proxy, if there is one: what fails to connect is then the proxy.
    init(_ error: any Error, proxy: String?) {
        let direct = Self.read(error)
        switch (direct.fault, proxy) {
        case (.nameResolution, let proxy?), (.connectionRefused, let proxy?), (.connectTimeout, let proxy?):
            self.init(.proxy, "proxy \(proxy): \(direct.detail)")
        default:
            self = direct
        }
    }

    private static func read(_ error: any Error) -> TransportBreak {
        switch error {
        case let error as TransportBreak: error
        case let error as HTTPClientError: read(error)
        case let error as NIOConnectionError: read(error)
        case let error as IOError: read(errno: error.errnoCode)
        case ChannelError.connectTimeout: TransportBreak(.connectTimeout, "no connection in time")
        case is ChannelError: TransportBreak(.cut, "connection closed")
        case NIOSSLError.uncleanShutdown: TransportBreak(.cut, "connection closed in the middle of the answer")
        case let error as NIOSSLError: TransportBreak(.tls, tlsDetail(error))
        case let error as NIOSSLExtraError: TransportBreak(.tls, "\(error)")
        case let error as BoringSSLError: TransportBreak(.tls, "\(error)")
        case HTTPParserError.invalidEOFState, HTTPParserError.closedConnection:
            TransportBreak(.cut, "connection closed before the end of the answer")
        case is HTTPParserError: TransportBreak(.other, "the answer is not valid HTTP")
        case let error as GzipFailure: read(error)
        default: TransportBreak(.other, "\(type(of: error))")
        }
    }

    private static func read(_ error: HTTPClientError) -> TransportBreak {
        switch error {
        case .remoteConnectionClosed, .uncleanShutdown:
            TransportBreak(.cut, "connection closed before the end of the answer")
        case .connectTimeout, .getConnectionFromPoolTimeout:
            TransportBreak(.connectTimeout, "no connection in time")
        case .tlsHandshakeTimeout:
            TransportBreak(.connectTimeout, "TLS handshake not finished in time")
        case .readTimeout, .writeTimeout, .deadlineExceeded:
            TransportBreak(.idleTimeout, "\(error.shortDescription)")
        case .invalidProxyResponse, .proxyAuthenticationRequired, .httpProxyHandshakeTimeout, .socksHandshakeTimeout:
            TransportBreak(.proxy, error.shortDescription.lowercased())
        default:
            TransportBreak(.other, error.shortDescription)
        }
    }

    /// A connection attempt may have tried several addresses: a refusal tells more than a time-out beside it.
    private static func read(_ error: NIOConnectionError) -> TransportBreak {
        let attempts = error.connectionErrors.map { read($0.error) }
        if let refused = attempts.first(where: { $0.fault == .connectionRefused }) { return refused }
        if let first = attempts.first { return first }
        return TransportBreak(.nameResolution, "no address for \(error.host)")
    }

    private static func read(errno code: CInt) -> TransportBreak {
        switch code {
        case ECONNREFUSED: TransportBreak(.connectionRefused, "connection refused")
        case ECONNRESET, EPIPE: TransportBreak(.cut, "connection reset")
        case ETIMEDOUT: TransportBreak(.connectTimeout, "connection timed out")
        case EHOSTUNREACH, ENETUNREACH:
            TransportBreak(.connectionRefused, "host unreachable")
        default: TransportBreak(.other, "system error \(code)")
        }
    }

    private static func read(_ error: GzipFailure) -> TransportBreak {
        switch error.reason {
        case .truncated: TransportBreak(.cut, "gzip body ends too early")
        default: TransportBreak(.cut, "gzip body is damaged at byte \(error.byteOffset)")
        }
    }

    private static func tlsDetail(_ error: NIOSSLError) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return "the server's certificate is not trusted" }
        if text.contains("WRONG_VERSION_NUMBER") { return "the server does not speak TLS" }
        return text
    }
}
