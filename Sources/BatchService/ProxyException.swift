/// One entry of `NO_PROXY`: hosts to connect to without a proxy.
///
/// An entry is `*` for every host, a domain, an address, or a range of addresses such as `10.0.0.0/8` and `fd00::/8`,
/// each with or without `:port`. `example.com`, `.example.com` and `*.example.com` all match the domain and its
/// subdomains. Letter case and a final dot of a name are ignored. A name is not resolved, so it matches no range.
struct ProxyException: Sendable, Hashable {
    private enum Hosts: Sendable, Hashable {
        case all
        case domain(String)
        /// The addresses whose first `bits` bits equal those of `address`.
        case range(address: [UInt8], bits: Int)
        /// The entry is invalid and matches no host.
        case none
    }

    private let hosts: Hosts
    private let port: Int?

    init(_ text: String) {
        let (host, port) = Self.split(text.lowercased())
        self.port = port.flatMap { Int($0) }
        // A port that is not a number must not turn the entry into one for all ports.
        hosts = port != nil && self.port == nil ? .none : Self.hosts(host)
    }

    /// Returns whether the entry matches the host and the port of an origin.
    func covers(_ origin: Origin) -> Bool {
        if let port, port != origin.port { return false }
        let host = Self.withoutBrackets(origin.host)
        switch hosts {
        case .all: return true
        case .none: return false
        case .domain(let domain):
            let name = Self.withoutFinalDot(host)
            return name == domain || name.hasSuffix(".\(domain)")
        case .range(let range, let bits):
            guard let address = Self.address(host), address.count == range.count else { return false }
            return zip(address, range).enumerated()
                .allSatisfy { index, bytes in
                    let ignored = min(8, max(0, (index + 1) * 8 - bits))
                    return (bytes.0 ^ bytes.1) >> ignored == 0
                }
        }
    }

    /// Splits an entry into host and port; several colons without brackets are an IPv6 address without a port.
    private static func split(_ text: String) -> (host: String, port: String?) {
        if text.hasPrefix("["), let close = text.lastIndex(of: "]") {
            let rest = text[text.index(after: close)...]
            if rest.isEmpty || rest.hasPrefix("/") { return (text, nil) }
            return (String(text[...close]), rest.hasPrefix(":") ? String(rest.dropFirst()) : "")
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : (text, nil)
    }

    private static func hosts(_ text: String) -> Hosts {
        if text == "*" { return .all }
        let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        if let address = address(withoutBrackets(String(halves[0]))) {
            let bits = halves.count == 2 ? Int(halves[1]) : address.count * 8
            guard let bits, (0...address.count * 8).contains(bits) else { return .none }
            return .range(address: address, bits: bits)
        }
        var domain = withoutFinalDot(text)
        for prefix in ["*.", "."] where domain.hasPrefix(prefix) { domain.removeFirst(prefix.count) }
        return domain.isEmpty || domain.contains("/") ? .none : .domain(domain)
    }

    private static func withoutBrackets(_ text: String) -> String {
        guard text.hasPrefix("["), let close = text.lastIndex(of: "]") else { return text }
        return String(text[text.index(after: text.startIndex)..<close] + text[text.index(after: close)...])
    }

    private static func withoutFinalDot(_ text: String) -> String {
        text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    /// The bytes of an IPv4 or IPv6 address; nil for a name.
    private static func address(_ text: String) -> [UInt8]? {
        guard text.contains(":") else {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
            return parts.count == 4 && !parts.contains(nil) ? parts.compactMap(\.self) : nil
        }
        // At most one `::` stands for the zeros between its two sides.
        let sides = text.split(separator: "::", omittingEmptySubsequences: false).map { groups(of: $0) }
        let bytes = sides.compactMap(\.self)
        guard bytes.count == sides.count, bytes.count <= 2, let first = bytes.first, let last = bytes.last else {
            return nil
        }
        if bytes.count == 1 { return first.count == 16 ? first : nil }
        let zeros = 16 - first.count - last.count
        return zeros >= 2 ? first + [UInt8](repeating: 0, count: zeros) + last : nil
    }

    /// The bytes of a side of an IPv6 address, which may end with an IPv4 address; nil if it is invalid.
    private static func groups(of side: Substring) -> [UInt8]? {
        guard !side.isEmpty else { return [] }
        var bytes: [UInt8] = []
        for group in side.split(separator: ":", omittingEmptySubsequences: false) {
            if let number = UInt16(group, radix: 16), group.utf8.count <= 4 {
                bytes += [UInt8(number >> 8), UInt8(number & 255)]
            } else if group.contains("."), let four = address(String(group)) {
                bytes += four
            } else {
                return nil
            }
        }
        return bytes
    }
}
