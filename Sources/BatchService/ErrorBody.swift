import FoundationEssentials

/// The body of an error response (API reference, "Errors").
///
/// The API returns `{"type":"error","error":{"type":…,"message":…,"details":{"error_code":…}},"request_id":…}`. Proxies
/// and gateways return HTML, plain text, a text or a list as `error`, or nothing. Every part may be missing.
struct ErrorBody: Sendable, Hashable {
    var type: String?
    var message: String?
    /// `error.details.error_code`, which is more specific than the type.
    var code: String?
    var requestID: String?

    /// The maximum number of bytes read from an error body.
    static let byteLimit = 65_536
    /// The maximum length of a message, so that an HTML page does not fill the terminal.
    private static let messageLimit = 2_000

    init(_ bytes: [UInt8]) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)) else { return }
        requestID = document.requestID
        type = document.error?.type
        message = document.error?.message.map { String($0.prefix(Self.messageLimit)) }
        code = document.error?.code
    }

    /// The JSON document.
    ///
    /// A member of an unexpected type is treated as missing.
    private struct Document: Decodable {
        var error: Inner?
        var requestID: String?

        enum CodingKeys: String, CodingKey {
            case error
            case requestID = "request_id"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            error = try? container.decode(Inner.self, forKey: .error)
            requestID = try? container.decode(String.self, forKey: .requestID)
        }
    }

    private struct Inner: Decodable {
        var type: String?
        var message: String?
        var code: String?

        enum CodingKeys: String, CodingKey {
            case type
            case message
            case details
        }

        enum DetailKeys: String, CodingKey {
            case code = "error_code"
        }

        init(from decoder: any Decoder) throws {
            guard let container = try? decoder.container(keyedBy: CodingKeys.self) else {
                let value = try decoder.singleValueContainer()
                message = try? value.decode(String.self)
                guard message == nil, let list = try? value.decode([Inner].self) else { return }
                type = list.lazy.compactMap(\.type).first
                let messages = list.compactMap(\.message)
                message = messages.isEmpty ? nil : messages.joined(separator: "; ")
                return
            }
            type = try? container.decode(String.self, forKey: .type)
            message = try? container.decode(String.self, forKey: .message)
            let details = try? container.nestedContainer(keyedBy: DetailKeys.self, forKey: .details)
            code = try? details?.decode(String.self, forKey: .code)
        }
    }
}
