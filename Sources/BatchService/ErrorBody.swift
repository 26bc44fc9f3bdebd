import FoundationEssentials

/// The body of an error response (API reference, "Errors").
///
/// The API returns `{"type":"error","error":{"type":…,"message":…,"details":{"error_code":…}},"request_id":…}`. Every
/// part may be missing. Gateways have other shapes, whose text is the message: `detail` (FastAPI, RFC 9457), `message`,
/// `errors` or `error` as a text or a list, and plain text. An HTML page has no message.
struct ErrorBody: Sendable, Hashable {
    var type: String?
    /// The text for people, of any length; it may contain secrets.
    var message: String?
    /// `error.details.error_code`, which is more specific than the type.
    var code: String?
    var requestID: String?

    /// The maximum number of bytes read from an error body.
    static let byteLimit = 65_536
    /// The maximum length of a message, so that a long one does not fill the terminal.
    ///
    /// Shorten it only after secrets were removed from it, because a part of a secret is not recognized.
    static let messageLimit = 2_000

    /// Reads a body; a plain text that is not whole is ignored, because a part of a secret is not recognized.
    init(_ bytes: [UInt8], isWhole: Bool = true) {
        guard let document = try? JSONDecoder().decode(Value.self, from: Data(bytes)) else {
            message = isWhole ? Self.plainText(bytes) : nil
            return
        }
        message = document.message
        requestID = document["request_id"]?.text
        type = document["error"]?.type
        code = document["error"]?["details"]?["error_code"]?.text
    }

    /// The body on one line, if it is a plain text; nil for HTML and broken JSON.
    private static func plainText(_ bytes: [UInt8]) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let words = text.split { $0.isWhitespace || $0 == "\u{FEFF}" }
        guard let first = words.first?.first, !"<{[\"".contains(first) else { return nil }
        return words.joined(separator: " ")
    }
}

/// An error body that arrived with status 200, as some gateways send it.
struct ErrorDocument: Error {
    var body: ErrorBody
    /// The status that the API sends with this type of error, or 400 for a type that it does not document.
    let status: Int

    /// The statuses of the types of errors (API reference, "Errors").
    private static let statuses = [
        "invalid_request_error": 400, "authentication_error": 401, "billing_error": 402, "permission_error": 403,
        "not_found_error": 404, "conflict_error": 409, "request_too_large": 413, "rate_limit_error": 429,
        "api_error": 500, "timeout_error": 504, "overloaded_error": 529,
    ]

    /// Reads a whole document; nil if it is not an error, or not only one.
    init?(_ bytes: [UInt8]) {
        // Other documents are not decoded twice.
        guard bytes.count <= ErrorBody.byteLimit, String(decoding: bytes, as: UTF8.self).contains("\"error\""),
            let document = try? JSONDecoder().decode(Value.self, from: Data(bytes)),
            let type = document["error"]?.type, document["data"] == nil, document["id"] == nil
        else { return nil }
        body = ErrorBody(bytes)
        status = Self.statuses[type] ?? 400
        // Without it, the status of the message would contradict the logs of the gateway.
        body.message = [body.message, "sent as a successful answer"].compactMap(\.self).joined(separator: "; ")
    }
}

/// A JSON value of an error body.
private enum Value: Decodable {
    case text(String)
    case list([Value])
    /// Members by their names in lower case.
    case object([String: Value])
    /// A number, a Boolean or null.
    case other

    /// The members with a text for people, the best one first.
    private static let messages = [
        "message", "msg", "detail", "error_description", "description", "reason", "title", "error",
    ]
    /// The members with several problems of a request, as a list or by the name of the parameter.
    private static let problems = ["errors", "invalid-params"]
    /// The members that name the parameter that a message is about.
    private static let places = ["loc", "parameter", "field", "name"]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([Value].self) {
            self = .list(list)
        } else if let members = try? container.decode([String: Value].self) {
            self = .object(Dictionary(members.map { ($0.key.lowercased(), $0.value) }) { first, _ in first })
        } else {
            self = .other
        }
    }

    subscript(name: String) -> Value? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The member `type` of an object, or of the first object of a list that has one.
    var type: String? {
        if case .list(let values) = self { values.lazy.compactMap(\.type).first } else { self["type"]?.text }
    }

    /// The text for people: that of an object with the name of the parameter, those of a list joined; nil if none.
    var message: String? {
        switch self {
        case .text(let text): return text.isEmpty ? nil : text
        case .list(let values): return Self.joined(values.compactMap(\.message))
        case .object:
            let general = Self.messages.lazy.compactMap { self[$0]?.message }.first
            let problems = Self.problems.compactMap { self[$0]?.problems }
            guard let message = Self.joined([general].compactMap(\.self) + problems) else { return nil }
            guard let place = Self.places.lazy.compactMap({ self[$0]?.place }).first, !message.contains(place) else {
                return message
            }
            return "\(place): \(message)"
        case .other: return nil
        }
    }

    /// The messages of several problems, in an object with the name of the parameter before each.
    private var problems: String? {
        guard case .object(let members) = self, message == nil else { return message }
        return Self.joined(
            members.sorted { $0.key < $1.key }.compactMap { name, value in value.message.map { "\(name): \($0)" } }
        )
    }

    /// The name of a parameter, or the names that lead to it, joined by dots.
    private var place: String? {
        let names = if case .list(let values) = self { values.compactMap(\.text) } else { [text].compactMap(\.self) }
        return names.isEmpty ? nil : names.joined(separator: ".")
    }

    private static func joined(_ texts: [String]) -> String? {
        texts.isEmpty ? nil : texts.joined(separator: "; ")
    }
}
