/// Says what would make a failed request succeed.
///
/// The error type alone does not tell: low credit and reached limits arrive as `invalid_request_error`, once for every
/// request of the batch, and a spend cap arrives as `rate_limit_error` although no pause helps before the month ends
/// (API reference, error types and spend caps; real result lines). So the message is read too, for fixed phrases only.
package enum ErrorClassifier {
    /// Stands in the manifest; rows classified by another version are `outdated` and can be rebuilt from raw.
    package static let version = 1

    /// How many bytes of a message are read.
    ///
    /// The phrases stand in its first sentence; what follows may quote a whole prompt.
    private static let readLength = 2_048

    /// The class of an error by its `type` and `message`, letter case ignored.
    ///
    /// A type nobody documented is judged by the words in its name, and without such a word it is `fixInput`: a person
    /// should look at it before anything is sent again.
    package static func errorClass(type: String, message: String) -> ErrorClass {
        let message = message.utf8.prefix(readLength).map(\.lowercasedASCII)
        switch errorClass(ofType: type.utf8.prefix(readLength).map(\.lowercasedASCII)) {
        case .retry:
            return spendCapPhrases.occur(in: message) ? .fixAccount : .retry
        case .fixInput:
            let isAccount = spendCapPhrases.occur(in: message) || accountPhrases.occur(in: message)
            return isAccount ? .fixAccount : .fixInput
        case .fixAccount:
            return .fixAccount
        }
    }

    private static func errorClass(ofType type: [UInt8]) -> ErrorClass {
        if let known = knownTypes[type] { return known }
        if accountWords.occur(in: type) { return .fixAccount }
        return retryWords.occur(in: type) ? .retry : .fixInput
    }
}

// MARK: - What is looked for

extension ErrorClassifier {
    /// The documented error types (API reference, error types).
    private static let knownTypes: [[UInt8]: ErrorClass] = [
        "api_error": .retry,
        "overloaded_error": .retry,
        "timeout_error": .retry,
        "rate_limit_error": .retry,
        "conflict_error": .retry,
        "invalid_request_error": .fixInput,
        "not_found_error": .fixInput,
        "request_too_large": .fixInput,
        "authentication_error": .fixAccount,
        "billing_error": .fixAccount,
        "permission_error": .fixAccount,
    ]
    .reduce(into: [:]) { table, entry in table[Array(entry.key.utf8)] = entry.value }

    /// Money has run out, whatever the type says.
    ///
    /// A limit of pace ("rate limit", "ramp limit") is not among these.
    private static let spendCapPhrases = PhraseTable([
        "api usage limit", "credit balance", "credits exhausted", "monthly limit", "monthly usage limit",
        "out of credits", "purchase credits", "spend cap", "spend limit", "spend_limit", "spending cap",
        "spending limit", "spending_limit", "workspace usage limit",
    ])

    /// The account, the key or its rights stand in the way, in an error that blames the request.
    ///
    /// Single words such as "billing" are not enough: a message may quote the name of a tool or a key of the request.
    private static let accountPhrases = PhraseTable([
        "account is not active", "authentication failed", "billing error", "claude_code_key_creator_not_member",
        "cmek_key_disabled", "have access to", "have permission", "insufficient credit", "insufficient funds",
        "insufficient permission", "insufficient quota", "insufficient_quota", "invalid api key", "invalid x-api-key",
        "lacks permission", "not authorized", "organization has been disabled", "organization is disabled",
        "organization is on hold", "organization on hold", "organization_on_hold", "payment method",
        "payment required", "permission denied", "plans & billing", "quota exceeded", "usage limit",
    ])

    /// Beginnings of words in the names of undocumented types.
    private static let accountWords = PhraseTable([
        "account", "auth", "billing", "credit", "forbidden", "payment", "permission", "quota", "spend", "unauthorized",
    ])

    /// Beginnings of words in the names of undocumented types.
    private static let retryWords = PhraseTable([
        "capacity", "internal", "overloaded", "rate_limit", "server", "service", "temporar", "throttl", "timeout",
        "too_many", "unavailable",
    ])
}

/// Phrases found in one pass: only those with the right first letter are compared, and only where a word begins.
private struct PhraseTable {
    /// The phrases without their first byte, by that byte.
    private let tails: [[[UInt8]]]

    /// - Parameter phrases: in lower case, beginning with a letter.
    init(_ phrases: [String]) {
        var tails = [[[UInt8]]](repeating: [], count: 256)
        for phrase in phrases {
            let bytes = Array(phrase.utf8)
            tails[Int(bytes[0])].append(Array(bytes.dropFirst()))
        }
        self.tails = tails
    }

    func occur(in text: [UInt8]) -> Bool {
        var isInWord = false
        for (index, byte) in text.enumerated() {
            defer { isInWord = byte.isLetterOrDigit }
            if isInWord { continue }
            let rest = text[(index + 1)...]
            if tails[Int(byte)].contains(where: { rest.starts(with: $0) }) { return true }
        }
        return false
    }
}

extension UInt8 {
    fileprivate var lowercasedASCII: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }

    /// In lower-case ASCII; bytes of other scripts count as letters, so that no phrase begins inside such a word.
    fileprivate var isLetterOrDigit: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (0x30...0x39).contains(self) || self >= 0x80
    }
}
