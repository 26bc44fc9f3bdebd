import FoundationEssentials

/// What the body of an error answer says (API reference, "Errors").
///
/// `{"type":"error","error":{"type":…,"message":…,"details":{"error_code":…}},"request_id":…}` from the service itself;
/// HTML, plain text or nothing from what stands in front of it. Every part may be missing.
struct ErrorBody: Sendable, Hashable {
    var type: String?
    var message: String?
    /// `error.details.error_code`, which names a finer cause than the type.
    var code: String?
    var requestID: String?

    /// The most bytes of an error body that are read.
    static let byteLimit = 65_536
    /// A message ends here, so that a page of somebody else's HTML does not fill the terminal.
    private static let messageLimit = 2_000

    init(_ bytes: [UInt8]) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)) else { return }
        requestID = document.requestID
        type = document.error?.type
        message = document.error?.message.map { String($0.prefix(Self.messageLimit)) }
        code = document.error?.code
    }

    /// The shape of the document, forgiving: a part of another kind is a missing part.
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
            let container = try decoder.container(keyedBy: CodingKeys.self)
            type = try? container.decode(String.self, forKey: .type)
            message = try? container.decode(String.self, forKey: .message)
            let details = try? container.nestedContainer(keyedBy: DetailKeys.self, forKey: .details)
            code = try? details?.decode(String.self, forKey: .code)
        }
    }
}
