import MessageBatches

/// Converts the spellings of a model on different platforms into one.
package enum ModelName {
    /// The name as on Anthropic's own API, if the spelling of the other platform is known.
    ///
    /// - Amazon Bedrock: `us.anthropic.claude-opus-4-1-20250805-v1:0`, also at the end of an ARN.
    /// - Google Vertex AI: `claude-opus-4-1@20250805`, `claude-opus-4-8@default`, also after a resource path.
    /// - A trailing `[1m]`, which requests the long context window and changes nothing else.
    ///
    /// Any other name is returned unchanged. Aliases are resolved by ``PriceTable``.
    package static func normalized(_ name: String) -> String {
        var bytes = Array(name.utf8)
        if bytes.hasSuffix("[1m]") { bytes.removeLast(4) }
        if let slash = bytes.lastIndex(of: UInt8(ascii: "/")) { bytes.removeFirst(slash + 1) }
        bytes = withoutVendor(bytes)
        bytes = withoutBedrockVersion(bytes)
        return String(decoding: withVertexDate(bytes), as: UTF8.self)
    }

    /// Removes `anthropic.` and a region before it.
    private static func withoutVendor(_ name: [UInt8]) -> [UInt8] {
        let vendor = Array("anthropic.".utf8)
        guard name.count > vendor.count else { return name }
        for start in 0..<(name.count - vendor.count) where name[start...].starts(with: vendor) {
            if start == 0 || name[start - 1] == UInt8(ascii: ".") { return Array(name[(start + vendor.count)...]) }
        }
        return name
    }

    /// Removes `-v1`, `-v1:0` and `-v1:0:200k`.
    private static func withoutBedrockVersion(_ name: [UInt8]) -> [UInt8] {
        var rest = name[...]
        if rest.last == UInt8(ascii: "k"), rest.count(where: { $0 == UInt8(ascii: ":") }) == 2 {
            rest = rest.dropLast().dropLast(while: \.isDigit)
            if rest.last == UInt8(ascii: ":") { rest = rest.dropLast() }
        }
        let digits = rest.dropLast(while: \.isDigit)
        if digits.count < rest.count, digits.last == UInt8(ascii: ":") { rest = digits.dropLast() }
        let version = rest.dropLast(while: \.isDigit)
        guard version.count < rest.count, Array(version).hasSuffix("-v") else { return name }
        return Array(version.dropLast(2))
    }

    /// Replaces `@20250805` with `-20250805` and removes `@default` and `@latest`.
    private static func withVertexDate(_ name: [UInt8]) -> [UInt8] {
        guard let mark = name.lastIndex(of: UInt8(ascii: "@")) else { return name }
        let version = name[(mark + 1)...]
        if version.count == 8, version.allSatisfy(\.isDigit) { return name[..<mark] + [UInt8(ascii: "-")] + version }
        let isMoving = version.elementsEqual("default".utf8) || version.elementsEqual("latest".utf8)
        return isMoving ? Array(name[..<mark]) : name
    }
}

extension ArraySlice<UInt8> {
    fileprivate func dropLast(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        dropLast(reversed().prefix(while: condition).count)
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ suffix: String) -> Bool {
        reversed().starts(with: suffix.utf8.reversed())
    }
}
