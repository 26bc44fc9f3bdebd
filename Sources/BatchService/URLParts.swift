import MessageBatches

/// The components of a URL reference (RFC 3986, appendix B), with their characters checked.
struct URLParts {
    /// In lowercase.
    var scheme: String?
    var authority: String?
    var path: String
    var query: String?
    var hasFragment: Bool

    init(_ text: String) throws(ServiceURL.Problem) {
        guard !text.isEmpty else { throw .empty }
        var rest = Array(text.utf8)[...]
        try Self.checkCharacters(rest)

        let fragmentStart = rest.firstIndex(of: UInt8(ascii: "#"))
        hasFragment = fragmentStart != nil
        rest = rest[..<(fragmentStart ?? rest.endIndex)]

        if let queryStart = rest.firstIndex(of: UInt8(ascii: "?")) {
            query = String(decoding: rest[(queryStart + 1)...], as: UTF8.self)
            rest = rest[..<queryStart]
        }
        scheme = try Self.consumeScheme(from: &rest)
        if rest.starts(with: "//".utf8) {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
            authority = String(decoding: rest[..<end], as: UTF8.self)
            rest = rest[end...]
        }
        path = String(decoding: rest, as: UTF8.self)
    }

    private static func consumeScheme(from rest: inout ArraySlice<UInt8>) throws(ServiceURL.Problem) -> String? {
        guard let end = rest.firstIndex(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "/") }),
            rest[end] == UInt8(ascii: ":")
        else { return nil }
        let scheme = String(decoding: rest[..<end], as: UTF8.self).lowercased()
        guard scheme == "http" || scheme == "https" else { throw .scheme }
        rest = rest[(end + 1)...]
        return scheme
    }

    /// Throws unless all bytes are unreserved, reserved, or `%` with two hexadecimal digits.
    private static func checkCharacters(_ bytes: ArraySlice<UInt8>) throws(ServiceURL.Problem) {
        let reserved = Array(":/?#[]@!$&'()*+,;=".utf8)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                let digits = bytes[(index + 1)...].prefix(2)
                guard digits.count == 2, digits.allSatisfy(\.isHexDigit) else { throw .character }
                index += 3
            } else if byte.isUnreserved || reserved.contains(byte) {
                index += 1
            } else {
                throw .character
            }
        }
    }
}

extension Origin {
    /// Parses `host[:port]`, without user information; the host is a plain name or an address.
    init(scheme: String, authority: String) throws(ServiceURL.Problem) {
        guard !authority.contains("@") else { throw .userInfo }
        let (host, portText) = try Self.split(authority)
        guard let portText, !portText.isEmpty else {
            self.init(scheme: scheme, host: host, port: Self.defaultPort(of: scheme))
            return
        }
        guard portText.utf8.count <= 5, portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(portText), (1...65_535).contains(port)
        else { throw .port }
        self.init(scheme: scheme, host: host, port: port)
    }

    private static func split(_ authority: String) throws(ServiceURL.Problem) -> (host: String, port: String?) {
        let text = authority.lowercased()
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { throw .host }
            let inside = text[text.index(after: text.startIndex)..<close]
            let tail = text[text.index(after: close)...]
            guard inside.contains(":"), inside.utf8.allSatisfy({ $0.isHexDigit || $0 == 0x3A || $0 == 0x2E }) else {
                throw .host
            }
            guard tail.isEmpty || tail.hasPrefix(":") else { throw .host }
            return (String(text[...close]), tail.isEmpty ? nil : String(tail.dropFirst()))
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let host = String(parts[0])
        guard !host.isEmpty, host.utf8.allSatisfy(\.isUnreserved), !host.contains("~") else { throw .host }
        return (host, parts.count == 2 ? String(parts[1]) : nil)
    }
}

extension UInt8 {
    /// Letters, digits and `-._~` (RFC 3986, section 2.3).
    var isUnreserved: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }
}
