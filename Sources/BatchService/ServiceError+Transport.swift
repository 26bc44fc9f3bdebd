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

// Texts contain only codes and host names. Errors of the HTTP library are never printed, because some contain header
// values such as the API key.

extension ServiceError {
    /// Creates the error of a request, with the facts of its response if there was one.
    init(_ code: Code, of request: ServiceRequest, answer: ReplyHead? = nil) {
        self.init(
            code: code,
            operation: request.name,
            requestID: answer?.requestID,
            serverDate: answer?.date,
            attempts: request.attempt
        )
    }
}

extension ServiceError.Code {
    /// Returns the code for an error of the HTTP library.
    ///
    /// `proxy` is the host and port of the proxy, if there is one. A failed connection is then a failure of the proxy.
    static func transport(_ error: any Error, proxy: String?) -> Self {
        let fault = fault(error, proxy: proxy)
        return .transport(fault.kind, detail: fault.detail)
    }

    /// Returns the code for a body that was interrupted; HTTP/2 and TLS report this with their own errors.
    static func cut(_ error: any Error, proxy: String?) -> Self {
        .transport(.cut, detail: fault(error, proxy: proxy).detail)
    }

    /// Returns the code for a timeout: no bytes arrived for the time `limit`.
    static func idle(_ limit: Duration) -> Self {
        .transport(.idleTimeout, detail: "nothing arrived for \(limit.components.seconds) s")
    }

    private typealias Fault = (kind: ServiceError.TransportFault, detail: String)

    private static func fault(_ error: any Error, proxy: String?) -> Fault {
        let direct = read(error)
        return switch (direct.kind, proxy) {
        case (.nameResolution, let proxy?), (.connectionRefused, let proxy?), (.connectTimeout, let proxy?):
            (.proxy, "proxy \(proxy): \(direct.detail)")
        default: direct
        }
    }

    private static func read(_ error: any Error) -> Fault {
        switch error {
        case let error as HTTPClientError: read(error)
        case let error as NIOConnectionError: read(error)
        case let error as IOError: read(errno: error.errnoCode)
        case ChannelError.connectTimeout: (.connectTimeout, "no connection in time")
        case is ChannelError: (.cut, "connection closed")
        case NIOSSLError.uncleanShutdown: (.cut, "connection closed in the middle of the answer")
        case let error as NIOSSLError: (.tls, tlsDetail(error))
        case let error as NIOSSLExtraError: (.tls, "\(error)")
        case let error as BoringSSLError: (.tls, "\(error)")
        case HTTPParserError.invalidEOFState, HTTPParserError.closedConnection:
            (.cut, "connection closed before the end of the answer")
        case is HTTPParserError: (.other, "the answer is not valid HTTP")
        case let error as GzipFailure: read(error)
        default: (.other, "\(type(of: error))")
        }
    }

    private static func read(_ error: HTTPClientError) -> Fault {
        switch error {
        case .remoteConnectionClosed, .uncleanShutdown:
            (.cut, "connection closed before the end of the answer")
        case .connectTimeout, .getConnectionFromPoolTimeout:
            (.connectTimeout, "no connection in time")
        case .tlsHandshakeTimeout:
            (.connectTimeout, "TLS handshake not finished in time")
        case .readTimeout, .writeTimeout, .deadlineExceeded:
            (.idleTimeout, "\(error.shortDescription)")
        case .invalidProxyResponse, .proxyAuthenticationRequired, .httpProxyHandshakeTimeout, .socksHandshakeTimeout:
            (.proxy, error.shortDescription.lowercased())
        default:
            (.other, error.shortDescription)
        }
    }

    /// Returns the most informative error of a connection attempt, which may have tried several addresses.
    ///
    /// A refused connection is preferred to a timeout.
    private static func read(_ error: NIOConnectionError) -> Fault {
        let attempts = error.connectionErrors.map { read($0.error) }
        if let refused = attempts.first(where: { $0.kind == .connectionRefused }) { return refused }
        if let first = attempts.first { return first }
        return (.nameResolution, "no address for \(error.host)")
    }

    private static func read(errno code: CInt) -> Fault {
        switch code {
        case ECONNREFUSED: (.connectionRefused, "connection refused")
        case ECONNRESET, EPIPE: (.cut, "connection reset")
        case ETIMEDOUT: (.connectTimeout, "connection timed out")
        case EHOSTUNREACH, ENETUNREACH:
            (.connectionRefused, "host unreachable")
        default: (.other, "system error \(code)")
        }
    }

    private static func read(_ error: GzipFailure) -> Fault {
        switch error.reason {
        case .truncated: (.cut, "gzip body ends too early")
        default: (.cut, "gzip body is damaged at byte \(error.byteOffset)")
        }
    }

    private static func tlsDetail(_ error: NIOSSLError) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return "the server's certificate is not trusted" }
        if text.contains("WRONG_VERSION_NUMBER") { return "the server does not speak TLS" }
        return text
    }
}
