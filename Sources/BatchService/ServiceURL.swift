/// Scheme, host and port: who a request talks to, and so who gets to see the key.
package struct Origin: Sendable, Hashable {
    /// `http` or `https`.
    package let scheme: String
    /// Lower case; an IPv6 address keeps its brackets.
    package let host: String
    package let port: Int

    /// `https://api.anthropic.com`, the port only where it is not the scheme's own.
    package var text: String {
        port == Self.defaultPort(of: scheme) ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(port)"
    }

    static func defaultPort(of scheme: String) -> Int {
        scheme == "https" ? 443 : 80
    }
}

/// An absolute `http` or `https` URL, taken apart by RFC 3986 and nothing looser.
///
/// Parsers differ in what they make of `https://a\@b`, `https:b` or a space, and a key has left the house through such
/// gaps before. So this reader takes only characters the RFC allows, refuses what it does not know, and what it read is
/// never dialled: a request is always put together from the configured origin and a checked path and query.
package struct ServiceURL: Sendable, Hashable {
    /// Why a text is no URL this program follows.
    package enum Problem: Error, Sendable, Hashable {
        case empty
        /// A byte RFC 3986 does not allow, such as a space, a backslash or a letter outside ASCII; or a broken `%`.
        case character
        /// Neither `http` nor `https`.
        case scheme
        case host
        case port
        /// A name or password before the host.
        case userInfo
        /// A query or fragment where only an address belongs.
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

    /// Reads an absolute URL, without its fragment, which is never sent.
    package init(_ text: String) throws(Problem) {
        let parts = try URLParts(text)
        guard let scheme = parts.scheme, let authority = parts.authority else { throw .scheme }
        self.init(
            origin: try Origin(scheme: scheme, authority: authority),
            path: parts.path,
            query: parts.query
        )
    }

    /// Reads an address to send requests to: no query, no fragment, no slash at the end of the path.
    package init(base text: String) throws(Problem) {
        let parts = try URLParts(text)
        guard parts.query == nil, !parts.hasFragment else { throw .query }
        let whole = try ServiceURL(text)
        var path = whole.path[...]
        while path.last == "/" { path.removeLast() }
        self.init(origin: whole.origin, path: String(path))
    }

    /// The whole URL as text.
    package var text: String {
        origin.text + target
    }

    /// Path and query as they stand in a request line.
    var target: String {
        (path.isEmpty ? "/" : path) + (query.map { "?" + $0 } ?? "")
    }

    /// Origin and path: what may be shown and kept, as a query can hold a signature.
    var textWithoutQuery: String {
        origin.text + path
    }

    /// The URL a reference found in an answer to this one means (RFC 3986, section 5.2, dots left to the server).
    func resolve(_ reference: String) throws(Problem) -> ServiceURL {
        let parts = try URLParts(reference)
        if let authority = parts.authority {
            let origin = try Origin(scheme: parts.scheme ?? origin.scheme, authority: authority)
            return ServiceURL(origin: origin, path: parts.path, query: parts.query)
        }
        // `https:other` is legal and means a path without a host: nobody sends it in good faith.
        guard parts.scheme == nil else { throw .scheme }
        if parts.path.hasPrefix("/") { return ServiceURL(origin: origin, path: parts.path, query: parts.query) }
        if parts.path.isEmpty { return ServiceURL(origin: origin, path: path, query: parts.query ?? query) }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return ServiceURL(origin: origin, path: folder + parts.path, query: parts.query)
    }

    /// The URL of an endpoint below this base, `path` already percent-encoded and starting with `/`.
    func appending(path suffix: String, query: String? = nil) -> ServiceURL {
        ServiceURL(origin: origin, path: path + suffix, query: query)
    }
}

extension String {
    /// The text as one path segment or query value: everything but RFC 3986's unreserved characters as `%XX`.
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
