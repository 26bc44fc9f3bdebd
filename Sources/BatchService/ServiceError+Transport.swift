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

    /// Returns the code for a body that was interrupted; TLS reports this with its own errors.
    static func cut(_ error: any Error, proxy: String?) -> Self {
        .transport(.cut, detail: fault(error, proxy: proxy).detail)
    }

    /// Returns the code for a compressed body that cannot be decompressed.
    static func invalid(_ error: GzipFailure) -> Self {
        switch error.reason {
        case .truncated: .transport(.cut, detail: "the gzip body ends too early")
        case .outOfMemory: .transport(.other, detail: error.reason.clause)
        case .notGzip: .transport(.damaged, detail: "content-encoding is gzip, but the body is not")
        default: .transport(.damaged, detail: "byte \(error.byteOffset): \(error.reason.clause)")
        }
    }

    /// Returns the code for a timeout: no bytes arrived for the time `limit`.
    static func idle(_ limit: Duration) -> Self {
        .transport(.idleTimeout, detail: "no data for \(limit.components.seconds) s")
    }

    /// Returns the code for a document that did not arrive within `limit`, which is two idle timeouts.
    static func tooSlow(_ limit: Duration) -> Self {
        .transport(.tooSlow, detail: "not complete after \(limit.components.seconds) s")
    }

    private typealias Fault = (kind: ServiceError.TransportFault, detail: String)

    private static func fault(_ error: any Error, proxy: String?) -> Fault {
        let direct = read(error)
        return switch (direct.kind, proxy) {
        case (.nameResolution, let proxy?), (.connectionRefused, let proxy?), (.connectTimeout, let proxy?):
            (.proxy, "proxy \(proxy): \(direct.detail)")
        case (.proxyAuthentication, let proxy?): (.proxyAuthentication, "proxy \(proxy)")
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
        case NIOSSLError.handshakeFailed(let cause): handshake(cause)
        case let error as NIOSSLExtraError
        where [.failedToValidateHostname, .serverHostnameImpossibleToMatch].contains(error):
            (.certificateName, "")
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: (.tls, "the encrypted connection failed")
        case is NIOTLSUnwrappingError, is NIOSSLCloseTimedOutError: (.cut, "connection closed")
        case HTTPParserError.invalidEOFState, HTTPParserError.closedConnection:
            (.cut, "connection closed before the end of the answer")
        case HTTPParserError.headerOverflow: (.other, "the header of the answer is too large")
        case is HTTPParserError: (.other, "the answer is not valid HTTP")
        default: (.other, "")
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
        case .proxyAuthenticationRequired: (.proxyAuthentication, "")
        case .invalidProxyResponse, .httpProxyHandshakeTimeout, .socksHandshakeTimeout:
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

    /// Returns the fault for a handshake that failed.
    ///
    /// The library names the reason only in the text of its error.
    private static func handshake(_ cause: BoringSSLError) -> Fault {
        let text = "\(cause)"
        if text.contains("EOF during") { return (.cut, "connection closed during the TLS handshake") }
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return (.certificate, "") }
        let reasons = [
            ("WRONG_VERSION_NUMBER", "the server does not speak TLS"),
            ("PROTOCOL_VERSION", "the server does not offer TLS 1.2 or later"),
            ("UNSUPPORTED_PROTOCOL", "the server does not offer TLS 1.2 or later"),
        ]
        if let (_, detail) = reasons.first(where: { text.contains($0.0) }) { return (.tls, detail) }
        return (.tls, "the TLS handshake failed")
    }
}
