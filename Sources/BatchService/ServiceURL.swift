/// The scheme, host and port of a URL.
///
/// The credential is sent to one configured origin only.
package struct Origin: Sendable, Hashable {
    /// `http` or `https`.
    package let scheme: String
    /// In lowercase; an IPv6 address keeps its brackets.
    package let host: String
    package let port: Int

    /// The origin as text, with the port only if it is not the default: `https://api.anthropic.com`.
    package var text: String {
        port == Self.defaultPort(of: scheme) ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(port)"
    }

    /// Whether this is the service of Anthropic itself, not a gateway or a proxy.
    var isAnthropic: Bool {
        scheme == "https" && (host == "anthropic.com" || host.hasSuffix(".anthropic.com"))
    }

    static func defaultPort(of scheme: String) -> Int {
        scheme == "https" ? 443 : 80
    }
}

/// An absolute `http` or `https` URL, parsed strictly by RFC 3986.
///
/// URL parsers disagree about texts such as `https://a\@b`, `https:b` or a space, and such differences have leaked
/// keys. So this parser accepts only the characters of the RFC. A request is never sent to a parsed URL: its URL is
/// composed of the configured origin and a checked path and query.
package struct ServiceURL: Sendable, Hashable {
    /// The reason why a text is not a valid URL for this program.
    package enum Problem: Error, Sendable, Hashable {
        case empty
        /// A byte that RFC 3986 does not allow, such as a space, a backslash or a non-ASCII letter, or an incomplete
        /// `%XX`.
        case character
        /// The scheme is neither `http` nor `https`.
        case scheme
        case host
        case port
        /// The URL contains a name or password before the host.
        case userInfo
        /// The URL contains a query or fragment, which a base URL must not have.
        case query
    }

    package let origin: Origin
    /// Percent-encoded, empty or starting with `/`.
    package let path: String
    /// Percent-encoded, without `?`.
    package let query: String?

    init(origin: Origin, path: String, query: String? = nil) {
        self.origin = origin
        self.path = path
        self.query = query
    }

    /// Parses an absolute URL; the fragment is dropped, because it is never sent.
    package init(_ text: String) throws(Problem) {
        let parts = try URLParts(text)
        guard let scheme = parts.scheme, let authority = parts.authority else { throw .scheme }
        self.init(
            origin: try Origin(scheme: scheme, authority: authority),
            path: parts.path,
            query: parts.query
        )
    }

    /// Parses a base URL that a user set, as ``init(base:)`` does.
    ///
    /// The error does not quote the URL if it contains a password.
    package static func configured(_ text: String) throws(ServiceSettingsFailure) -> ServiceURL {
        do {
            return try ServiceURL(base: text)
        } catch {
            throw .baseURL(error == .userInfo ? "" : text, problem: error)
        }
    }

    /// Parses a base URL: without query and fragment; slashes at the end of the path are dropped.
    package init(base text: String) throws(Problem) {
        let parts = try URLParts(text)
        guard parts.query == nil, !parts.hasFragment else { throw .query }
        let whole = try ServiceURL(text)
        var path = whole.path[...]
        while path.last == "/" { path.removeLast() }
        self.init(origin: whole.origin, path: String(path))
    }

    /// The base URL without a path of the API at its end, which requests add themselves.
    ///
    /// People copy the whole address from examples: `https://api.anthropic.com/v1`.
    var withoutAPIPath: ServiceURL {
        let suffix = ["/v1/messages/batches", "/v1/messages", "/v1"].first { path.hasSuffix($0) }
        var prefix = path.dropLast(suffix?.count ?? 0)
        while prefix.last == "/" { prefix.removeLast() }
        return ServiceURL(origin: origin, path: String(prefix), query: query)
    }

    /// The whole URL as text.
    package var text: String {
        origin.text + target
    }

    /// Path and query as in the request line.
    var target: String {
        (path.isEmpty ? "/" : path) + (query.map { "?" + $0 } ?? "")
    }

    /// Origin and path, which may be shown and stored; a query can contain a signature.
    var textWithoutQuery: String {
        origin.text + path
    }

    /// Resolves a reference from a response to this URL (RFC 3986, section 5.2, without removing dot segments).
    func resolve(_ reference: String) throws(Problem) -> ServiceURL {
        let parts = try URLParts(reference)
        if let authority = parts.authority {
            let origin = try Origin(scheme: parts.scheme ?? origin.scheme, authority: authority)
            return ServiceURL(origin: origin, path: parts.path, query: parts.query)
        }
        // `https:other` is valid and means a path without a host, but a well-behaved server never sends it.
        guard parts.scheme == nil else { throw .scheme }
        if parts.path.hasPrefix("/") { return ServiceURL(origin: origin, path: parts.path, query: parts.query) }
        if parts.path.isEmpty { return ServiceURL(origin: origin, path: path, query: parts.query ?? query) }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return ServiceURL(origin: origin, path: folder + parts.path, query: parts.query)
    }

    /// Returns the URL of an endpoint below this base URL.
    ///
    /// `path` must be percent-encoded and start with `/`.
    func appending(path suffix: String, query: String? = nil) -> ServiceURL {
        ServiceURL(origin: origin, path: path + suffix, query: query)
    }
}

extension String {
    /// The text as one path segment or query value: all bytes but the unreserved characters of RFC 3986 become `%XX`.
    var percentEncoded: String {
        let hex = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in utf8 {
            if byte.isUnreserved {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
