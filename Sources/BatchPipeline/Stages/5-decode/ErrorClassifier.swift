import MessageBatches

/// Classifies the error of a failed request by what would make the request succeed.
///
/// The error type alone is not sufficient. Low credit and reached limits arrive as `invalid_request_error`, once for
/// every request of the batch. A spend cap arrives as `rate_limit_error` although no pause helps before the month ends.
/// So the message is searched for fixed phrases too. Sources: API reference, error types and spend caps; real result
/// lines.
package enum ErrorClassifier {
    /// The version of the rules, which the manifest records.
    ///
    /// Rows of another version are `outdated` and can be rebuilt from raw.
    package static let version = 1

    /// The number of bytes of a message that are searched.
    ///
    /// The phrases occur in the first sentence. The rest may quote a whole prompt.
    private static let readLength = 2_048

    /// Returns the class of an error by its `type` and `message`, ignoring letter case.
    ///
    /// An undocumented type is classified by words in its name. Without such a word it is `fixInput`, because a person
    /// should look at it before a retry.
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

// MARK: - Types and phrases

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

    /// Phrases that mean a reached spend limit, with any error type.
    ///
    /// Rate limits ("rate limit", "ramp limit") are not included.
    private static let spendCapPhrases = PhraseTable([
        "api usage limit", "credit balance", "credits exhausted", "monthly limit", "monthly usage limit",
        "out of credits", "purchase credits", "spend cap", "spend limit", "spend_limit", "spending cap",
        "spending limit", "spending_limit", "workspace usage limit",
    ])

    /// Phrases that mean a problem of the account, the key or its permissions, in an error of type `fixInput`.
    ///
    /// Single words such as "billing" are not sufficient: a message may quote the name of a tool or a key of the
    /// request.
    private static let accountPhrases = PhraseTable([
        "account is not active", "authentication failed", "billing error", "claude_code_key_creator_not_member",
        "cmek_key_disabled", "have access to", "have permission", "insufficient credit", "insufficient funds",
        "insufficient permission", "insufficient quota", "insufficient_quota", "invalid api key", "invalid x-api-key",
        "lacks permission", "not authorized", "organization has been disabled", "organization is disabled",
        "organization is on hold", "organization on hold", "organization_on_hold", "payment method",
        "payment required", "permission denied", "plans & billing", "quota exceeded", "usage limit",
    ])

    /// Word beginnings in undocumented types that mean `fixAccount`.
    private static let accountWords = PhraseTable([
        "account", "auth", "billing", "credit", "forbidden", "payment", "permission", "quota", "spend", "unauthorized",
    ])

    /// Word beginnings in undocumented types that mean `retry`.
    private static let retryWords = PhraseTable([
        "capacity", "internal", "overloaded", "rate_limit", "server", "service", "temporar", "throttl", "timeout",
        "too_many", "unavailable",
    ])
}

/// A set of phrases that are searched in one pass.
///
/// A phrase matches only at the beginning of a word. Only phrases with the right first letter are compared.
private struct PhraseTable {
    /// The phrases without their first byte, grouped by that byte.
    private let tails: [[[UInt8]]]

    /// - Parameter phrases: Phrases in lower case that begin with a letter.
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

    /// Whether the byte is a lower-case ASCII letter, a digit or part of a non-ASCII character.
    ///
    /// Non-ASCII characters count as letters, so that no phrase matches inside such a word.
    fileprivate var isLetterOrDigit: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || isDigit || self >= 0x80
    }
}
