/// A header of the user, sent with every request to the configured origin.
///
/// Its value may be a secret, so every description of it is `[hidden]`, as that of a ``Credential``.
package struct CustomHeader: Sendable, Hashable {
    /// The reason why a text is not a header that can be sent; none contains the value.
    package enum Problem: Error, Sendable, Hashable {
        /// The text is not of the form `Name: value`, or the name contains characters that names must not contain.
        case form
        /// The program or the HTTP library sets this header.
        case reserved(name: String)
        /// The value is empty, or contains a line end or another character that is not visible ASCII.
        case value(name: String)
    }

    /// The names that cannot be set, in lowercase: those of the credential, of the connection and of its framing.
    private static let reservedNames: Set<String> = [
        "authorization", "x-api-key", "host", "content-length", "transfer-encoding", "connection", "accept-encoding",
    ]

    /// The name as given.
    package let name: String
    let value: String

    /// Reads a header of the form `Name: value`.
    ///
    /// Spaces and tabs around name and value are ignored.
    package init(_ text: String) throws(Problem) {
        let parts = text.utf8.split(separator: 0x3A, maxSplits: 1, omittingEmptySubsequences: false).map(Self.trimmed)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy(\.isInHeaderName) else { throw .form }
        name = String(decoding: parts[0], as: UTF8.self)
        value = String(decoding: parts[1], as: UTF8.self)
        guard !Self.reservedNames.contains(name.lowercased()) else { throw .reserved(name: name) }
        guard !parts[1].isEmpty, parts[1].allSatisfy({ $0 == 0x09 || (0x20...0x7E).contains($0) }) else {
            throw .value(name: name)
        }
    }

    private static func trimmed(_ text: Substring.UTF8View) -> ArraySlice<UInt8> {
        var bytes = Array(text)[...]
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return bytes
    }

    /// The shortest part of a value to hide in texts; a shorter one, such as `true`, may be an ordinary word.
    private static let minimumHiddenLength = 8

    /// The parts of the value to hide in texts of a server: the whole and its words, such as a token after `Bearer`.
    var hiddenParts: [String] {
        ([value] + value.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init))
            .filter { $0.utf8.count >= Self.minimumHiddenLength }
    }
}

extension CustomHeader: Redacted {}

extension UInt8 {
    /// Whether the byte may be in the name of a header (RFC 9110, 5.6.2).
    fileprivate var isInHeaderName: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(self)
        }
    }
}
