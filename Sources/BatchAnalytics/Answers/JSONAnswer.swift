package import BatchPipeline
package import JSONLines
import MessageBatches

/// Whether the visible text of an answer is a JSON value (RFC 8259).
///
/// The visible text consists of all text blocks of a succeeded request, joined. Fenced text is a single code block of
/// Markdown that contains the value. White space around the value or the code block is allowed, other text is not.
package enum JSONAnswer: Sendable, Hashable {
    case valid
    case fenced
    /// The rule that the text violates.
    case invalid(JSONSyntaxError.Reason)

    /// Checks the text of an answer; nil if the request did not succeed, or if its answer has no visible text.
    package init?(of record: ResultRecord, _ cursor: inout JSONCursor) {
        guard record.type == .succeeded, record.hasVisibleText else { return nil }
        var text: [UInt8] = []
        text.reserveCapacity(record.textBytes)
        do throws(JSONSyntaxError) {
            for value in try ContentColumn.text.values(of: record, &cursor) {
                cursor.move(to: value)
                if let token = try cursor.string() { cursor.appendDecoded(token, to: &text) }
            }
        } catch {
            // The decoder has already checked the line, so a value that cannot be read does not exist.
        }
        self.init(text: text)
    }

    /// Checks a text in UTF-8.
    package init(text: [UInt8]) {
        let fenced = FencedText(text)?.content
        let range = fenced ?? text.indices
        do throws(JSONSyntaxError) {
            try JSONCursor.read(text) { cursor throws(JSONSyntaxError) in
                cursor.move(to: range)
                try cursor.skipValue()
                try cursor.expectEnd()
            }
            self = fenced == nil ? .valid : .fenced
        } catch {
            // A sentence may begin like `true` or `-1`. Its first word is not a JSON value with an error in it.
            let start = text[range].first { !$0.isJSONSpace }
            let isStarted = start.map { "{[\"".utf8.contains($0) } ?? false
            self = .invalid(isStarted || error.reason == .trailingBytes ? error.reason : .expectedValue)
        }
    }

    /// The value of the column `json_valid`.
    package var name: String {
        switch self {
        case .valid: "valid"
        case .fenced: "fenced"
        case .invalid: "invalid"
        }
    }

    /// Whether a program can read the value from the text.
    package var isReadable: Bool {
        if case .invalid = self { false } else { true }
    }
}

// MARK: - As an error

extension JSONAnswer {
    /// The error type of answers that should be JSON and are not.
    ///
    /// The API does not use it.
    package static let errorType = "invalid_json"

    /// The fingerprint of the error; nil if the text can be read.
    var fingerprint: ErrorFingerprint? {
        guard case .invalid(let reason) = self else { return nil }
        return Self.fingerprints[reason]
    }

    private static let fingerprints = Dictionary(
        uniqueKeysWithValues: JSONSyntaxError.Reason.allCases.map { reason in
            let message = "the text is not JSON: \(reason.rawValue)"
            return (reason, ErrorFingerprint(type: Label(errorType), normalizedMessage: message))
        }
    )

    /// The fingerprints of all reasons why a text is not JSON.
    static var allFingerprints: some Collection<ErrorFingerprint> { fingerprints.values }

    /// What would make a request succeed whose answer is not JSON.
    ///
    /// The same request may get another answer, unless the answer was cut off: then the request must be changed.
    package static func errorClass(of record: ResultRecord, in block: DecodedBlock) -> ErrorClass {
        let isComplete = block.text(record.stopReason).map { Usability.orderlyStopReasons.contains($0) } ?? false
        return isComplete ? .retry : .fixInput
    }
}

/// A text that is one fenced code block of Markdown, with nothing but white space around it.
private struct FencedText {
    /// The range of the lines between the fences.
    let content: Range<Int>

    init?(_ text: [UInt8]) {
        guard let start = text.firstIndex(where: { !$0.isJSONSpace }),
            let last = text.lastIndex(where: { !$0.isJSONSpace })
        else { return nil }
        let fence = text[start]
        guard fence == UInt8(ascii: "`") || fence == UInt8(ascii: "~") else { return nil }
        let length = text[start...].prefix { $0 == fence }.count
        guard length >= 3, let lineEnd = text[start...].firstIndex(of: 0x0A), lineEnd < last else { return nil }
        // In a fence of backticks, the name of the language has none. Otherwise it is code within a line.
        guard fence == UInt8(ascii: "~") || !text[(start + length)..<lineEnd].contains(fence) else { return nil }
        let closing = text[...last].suffix(while: { $0 == fence })
        let before = text[..<closing.startIndex].lastIndex { $0 != 0x20 } ?? start
        guard closing.count >= length, closing.startIndex > lineEnd, text[before] == 0x0A else { return nil }
        content = (lineEnd + 1)..<max(lineEnd + 1, before)
    }
}

extension ArraySlice<UInt8> {
    /// The longest end of the slice whose bytes all meet a condition.
    fileprivate func suffix(while holds: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        self[(lastIndex { !holds($0) }.map { $0 + 1 } ?? startIndex)...]
    }
}

extension UInt8 {
    /// Whether this is white space between JSON values.
    fileprivate var isJSONSpace: Bool {
        self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D
    }
}

extension JSONCursor {
    /// Appends the decoded bytes of a string token; a lone surrogate becomes U+FFFD.
    fileprivate func appendDecoded(_ token: JSONToken, to output: inout [UInt8]) {
        if !token.isEscaped {
            append(token.range, to: &output)
        } else if containsUnicodeEscape(token) {
            output += text(token).utf8
        } else {
            output += keyBytes(token)
        }
    }
}
