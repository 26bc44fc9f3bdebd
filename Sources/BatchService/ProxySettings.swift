import AsyncHTTPClient

/// The values of `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
///
/// Prints as `[hidden]`: a proxy's URL may hold a password.
package struct ProxySettings: Sendable, Hashable {
    private let https: String?
    private let http: String?
    private let exceptions: [Exception]

    /// Takes the values as they stand in the environment; nil and empty mean unset.
    ///
    /// `noProxy` is a list with commas: `*` for every host, a host, or a domain (`example.com` and `.example.com` both
    /// mean it and all below it), each with or without `:port`. Address ranges are not understood.
    package init(https: String? = nil, http: String? = nil, noProxy: String? = nil) {
        self.https = https
        self.http = http
        exceptions = (noProxy ?? "").split { $0 == "," || $0 == " " }.map { Exception(String($0)) }
    }
}

extension ProxySettings: Redacted {}

extension ProxySettings {
    /// The proxy to reach `origin` through.
    ///
    /// Plain HTTP is tunnelled by `CONNECT` as well, so a proxy must allow that.
    func proxy(for origin: Origin) throws(ServiceSettingsFailure) -> HTTPClient.Configuration.Proxy? {
        let isTLS = origin.scheme == "https"
        guard let text = isTLS ? https : http, !text.isEmpty, !exceptions.contains(where: { $0.covers(origin) }) else {
            return nil
        }
        let failure = ServiceSettingsFailure.proxy(variable: isTLS ? "HTTPS_PROXY" : "HTTP_PROXY")
        guard let parts = try? URLParts(text.contains("://") ? text : "http://" + text), parts.scheme == "http",
            let authority = parts.authority, ["", "/"].contains(parts.path), parts.query == nil
        else { throw failure }

        let halves = authority.split(separator: "@", omittingEmptySubsequences: false)
        guard halves.count <= 2, let address = halves.last,
            let server = try? Origin(scheme: "http", authority: String(address))
        else { throw failure }
        let host = server.host.hasPrefix("[") ? String(server.host.dropFirst().dropLast()) : server.host
        let hasPort = address.hasSuffix(":\(server.port)")
        return .server(
            host: host,
            // 80 is the port of the scheme, but no proxy listens there; 1080 is curl's and 3128 everybody else's choice.
            port: hasPort ? server.port : 3_128,
            authorization: halves.count == 2 ? Self.authorization(halves[0]) : nil
        )
    }

    private static func authorization(_ userInfo: Substring) -> HTTPClient.Authorization {
        let parts = userInfo.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let password = parts.count == 2 ? String(parts[1]).percentDecoded : ""
        return .basic(username: String(parts[0]).percentDecoded, password: password)
    }

    /// One entry of `NO_PROXY`.
    private struct Exception: Sendable, Hashable {
        let domain: String
        let port: Int?

        init(_ text: String) {
            let parts = text.lowercased().split(separator: ":", omittingEmptySubsequences: false)
            // More than one colon is an IPv6 address, which stands here without a port.
            let hasPort = parts.count == 2
            port = hasPort ? Int(parts[1]) : nil
            let name = hasPort ? String(parts[0]) : text.lowercased()
            domain = name.hasPrefix(".") ? String(name.dropFirst()) : name
        }

        func covers(_ origin: Origin) -> Bool {
            if let port, port != origin.port { return false }
            return domain == "*" || origin.host == domain || origin.host == "[\(domain)]"
                || !domain.isEmpty && origin.host.hasSuffix(".\(domain)")
        }
    }
}

extension String {
    /// The text with every `%XX` replaced by its byte; expects what ``URLParts`` let through.
    fileprivate var percentDecoded: String {
        var decoded: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), let value = UInt8(digits, radix: 16) {
                decoded.append(value)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}
