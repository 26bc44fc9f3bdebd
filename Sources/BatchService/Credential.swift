/// What proves to the service who asks; prints as `[hidden]` everywhere.
package struct Credential: Sendable, Hashable {
    /// The header a credential travels in.
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

    /// An API key, sent as `x-api-key`.
    package static func apiKey(_ key: String) -> Credential {
        Credential(.apiKey, key)
    }

    /// A token, sent as `authorization: Bearer`.
    package static func bearer(_ token: String) -> Credential {
        Credential(.bearer, token)
    }
}

extension Credential: Redacted {}

extension Credential {
    /// The header that carries the credential; only ``Requester`` asks for it, for requests to the configured origin.
    var header: (name: String, value: String) {
        switch scheme {
        case .apiKey: ("x-api-key", secret)
        case .bearer: ("authorization", "Bearer \(secret)")
        }
    }

    /// Whether the secret can stand in a header: visible ASCII, no space.
    ///
    /// A key read from a file often ends in a line end, and the HTTP library would print the whole value in its complaint.
    var isSendable: Bool {
        !secret.isEmpty && secret.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// The text with every occurrence of the secret replaced: a server may echo what it was sent.
    func removed(from text: String) -> String {
        secret.isEmpty
            ? text : text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "[hidden]")
    }
}

/// A value that never shows what it holds: not in text, not in a debugger's dump, not inside another value's dump.
protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Redacted {
    package var description: String { "[hidden]" }
    package var debugDescription: String { "[hidden]" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
