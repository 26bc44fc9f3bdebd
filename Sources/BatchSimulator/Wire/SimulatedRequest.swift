/// A request to the simulated service, independent of any HTTP library.
package struct SimulatedRequest: Sendable {
    /// The result of checking a request's key.
    package enum Credential: Sendable, Hashable {
        case missing
        case accepted
        case refused
    }

    /// The request ID, which the service assigns when the request arrives.
    package internal(set) var id = ""
    package var method: String
    /// The path without the query, percent-decoded.
    package var path: String
    /// The query parameters in order, percent-decoded.
    package var query: [(name: String, value: String)]
    package var headers: [HeaderField]
    package var body: [UInt8]
    /// Whether the body exceeded the size limit of the server; `body` is empty then.
    package var isBodyTooLarge: Bool

    /// Parses a request target such as `/v1/messages/batches?limit=5`.
    package init(
        _ method: String,
        _ target: String,
        headers: [HeaderField] = [],
        body: [UInt8] = [],
        isBodyTooLarge: Bool = false
    ) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.method = method
        path = Self.percentDecoded(parts[0])
        query = parts.count < 2 ? [] : Self.pairs(of: parts[1])
        self.headers = headers
        self.body = body
        self.isBodyTooLarge = isBodyTooLarge
    }

    /// The last value of a query parameter, which is the one that the API uses.
    package func queryValue(_ name: String) -> String? {
        query.last { $0.name == name }?.value
    }

    /// The key in one of the two documented headers; nil if it is missing or empty.
    var key: String? {
        if let key = headers.value(of: "x-api-key"), !key.isEmpty { return key }
        guard let authorization = headers.value(of: "authorization"),
            authorization.lowercased().hasPrefix("bearer ")
        else { return nil }
        let key = authorization.dropFirst("bearer ".count)
        return key.isEmpty ? nil : String(key)
    }

    /// Whether the client accepts gzip: by name or with `*`, with a weight above 0 (RFC 9110, 12.5.3).
    var acceptsGzip: Bool {
        var wildcard = false
        for coding in (headers.value(of: "accept-encoding") ?? "").lowercased().split(separator: ",") {
            let parts = coding.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            switch parts.first {
            case "gzip", "x-gzip": return weight > 0
            case "*": wildcard = weight > 0
            default: break
            }
        }
        return wildcard
    }

    private static func pairs(of query: Substring) -> [(name: String, value: String)] {
        query.split(separator: "&")
            .map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (percentDecoded(parts[0]), parts.count < 2 ? "" : percentDecoded(parts[1], plusIsSpace: true))
            }
    }

    private static func percentDecoded(_ text: Substring, plusIsSpace: Bool = false) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        var output: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, let value = UInt8(String(digits) ?? "", radix: 16) {
                output.append(value)
                rest = rest.dropFirst(2)
            } else {
                output.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}

// MARK: Checks before the request is processed

extension SimulatedRequest {
    /// Checks the key of the request; if `expected` is nil, any key is valid.
    func credential(accepting expected: String?) -> Credential {
        guard let key else { return .missing }
        return expected == nil || expected == key ? .accepted : .refused
    }

    /// Rejects a request without a valid key, without a version, for another workspace, or without one if it is
    /// required.
    func check(credential: Credential, workspaceID: String, isRequired: Bool = false) throws(APIError) {
        switch credential {
        case .missing: throw .noCredential
        case .refused: throw .wrongCredential
        case .accepted: break
        }
        guard headers.value(of: "anthropic-version") != nil else {
            throw .invalidRequest("anthropic-version: header is required")
        }
        if isRequired, headers.value(of: "anthropic-workspace-id") == nil {
            throw .invalidRequest("anthropic-workspace-id: header is required")
        }
        if let requested = headers.value(of: "anthropic-workspace-id"), requested != workspaceID {
            throw .invalidRequest("anthropic-workspace-id: this key belongs to the workspace \(workspaceID)")
        }
    }
}
