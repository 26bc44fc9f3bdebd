import AsyncHTTPClient

/// The proxy settings from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
///
/// Every description of it is `[hidden]`, because the URL of a proxy may contain a password.
package struct ProxySettings: Sendable, Hashable {
    private let https: String?
    private let http: String?
    private let exceptions: [ProxyException]

    /// Creates the settings from the environment variables; nil and empty values mean unset.
    ///
    /// `noProxy` is a list of ``ProxyException``, separated by commas or spaces.
    package init(https: String? = nil, http: String? = nil, noProxy: String? = nil) {
        self.https = https
        self.http = http
        exceptions = (noProxy ?? "").split { $0 == "," || $0 == " " }.map { ProxyException(String($0)) }
    }
}

extension ProxySettings: Redacted {}

extension ProxySettings {
    /// Returns the proxy for requests to `origin`; nil for a direct connection.
    ///
    /// Plain HTTP uses `CONNECT` too, so the proxy must allow it.
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
            // Without a port, use 3128, the usual port of proxies, instead of 80; curl uses 1080.
            port: hasPort ? server.port : 3_128,
            authorization: halves.count == 2 ? Self.authorization(halves[0]) : nil
        )
    }

    private static func authorization(_ userInfo: Substring) -> HTTPClient.Authorization {
        let parts = userInfo.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let password = parts.count == 2 ? String(parts[1]).percentDecoded : ""
        return .basic(username: String(parts[0]).percentDecoded, password: password)
    }
}

extension String {
    /// The text with every `%XX` replaced by its byte.
    ///
    /// A `%` without two hexadecimal digits stays.
    var percentDecoded: String {
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
