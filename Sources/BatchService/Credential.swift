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

    /// Replaces every occurrence of the secret in a text, because a server may echo the request.
    func removed(from text: String) -> String {
        secret.isEmpty
            ? text : text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "[hidden]")
    }
}

/// A value whose description, debug description and mirror never show its content.
protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Redacted {
    package var description: String { "[hidden]" }
    package var debugDescription: String { "[hidden]" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
