/// An API key or token; every description of it is `[hidden]`.
package struct Credential: Sendable, Hashable {
    /// The header that contains a credential.
    package enum Scheme: Sendable, Hashable {
        /// `x-api-key`, for the value of `ANTHROPIC_API_KEY`.
        case apiKey
        /// `authorization: Bearer`, for the value of `ANTHROPIC_AUTH_TOKEN`.
        case bearer
    }

    package let scheme: Scheme
    private let secret: String

    private init(_ scheme: Scheme, _ secret: String) {
        self.scheme = scheme
        self.secret = secret
    }

    /// Creates a credential from an API key, sent as `x-api-key`.
    package static func apiKey(_ key: String) -> Credential {
        Credential(.apiKey, key)
    }

    /// Creates a credential from a token, sent as `authorization: Bearer`.
    package static func bearer(_ token: String) -> Credential {
        Credential(.bearer, token)
    }
}

extension Credential: Redacted {}

extension Credential {
    /// The header with the credential.
    ///
    /// Only ``Requester`` uses it, for requests to the configured origin.
    var header: (name: String, value: String) {
        switch scheme {
        case .apiKey: ("x-api-key", secret)
        case .bearer: ("authorization", "Bearer \(secret)")
        }
    }

    /// Whether the secret is a valid header value: visible ASCII without spaces.
    ///
    /// A key that was read from a file often ends with a newline, and the HTTP library's error would contain the key.
    var isSendable: Bool {
        !secret.isEmpty && secret.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// A search for the secret in batch objects and results; nil if the secret is too short.
    var search: KeySearch? {
        KeySearch(secret)
    }

    /// Replaces every occurrence of the secret in a text of the server, because a server may echo the request.
    ///
    /// Letter case is ignored, because a host name is in lowercase. A key of up to three characters, such as `x` for a
    /// local gateway, is not a secret, and is part of ordinary words and IDs; it stays.
    func removed(from text: String) -> String {
        let (bytes, key) = (Array(text.utf8), secret.utf8.map(\.lowercase))
        guard key.count > 3, bytes.count >= key.count else { return text }
        let lowercase = bytes.map(\.lowercase)
        var (kept, index): ([UInt8], Int) = ([], 0)
        while index < bytes.count {
            if lowercase[index...].starts(with: key) {
                kept += "[hidden]".utf8
                index += key.count
            } else {
                kept.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }
}

extension UInt8 {
    /// The byte with an ASCII capital letter in lowercase.
    fileprivate var lowercase: UInt8 {
        (0x41...0x5A).contains(self) ? self + 0x20 : self
    }
}

/// A value whose description, debug description and mirror never show its content.
protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Redacted {
    package var description: String { "[hidden]" }
    package var debugDescription: String { "[hidden]" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
