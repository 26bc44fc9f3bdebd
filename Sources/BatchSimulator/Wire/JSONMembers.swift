package import JSONLines

/// The members of a JSON object as ranges of its bytes, so that one member can be changed and all others stay the same.
///
/// Nothing is decoded and encoded again, so unknown keys, number formats, spacing and order are preserved.
package struct JSONMembers: Sendable {
    /// A member: its decoded key, and the ranges of key and value.
    package struct Member: Sendable, Hashable {
        package var key: String
        /// From the opening quote of the key to the end of the value.
        package var range: Range<Int>
        package var value: Range<Int>
    }

    package let bytes: [UInt8]
    package let members: [Member]

    /// Finds the members of one object.
    ///
    /// - Throws: `JSONSyntaxError` if the bytes are not exactly one JSON object.
    package init(_ bytes: [UInt8]) throws(JSONSyntaxError) {
        self.bytes = bytes
        members = try JSONCursor.read(bytes) { cursor throws(JSONSyntaxError) in
            var members: [Member] = []
            try cursor.beginObject()
            while let key = try cursor.nextKey() {
                let name = cursor.text(key)
                let value = try cursor.skipValue()
                let range = (key.range.lowerBound - 1)..<value.upperBound
                members.append(Member(key: name, range: range, value: value))
            }
            try cursor.expectEnd()
            return members
        }
    }

    /// The JSON text of a value; if a key occurs twice, the last one counts.
    package func raw(_ key: String) -> ArraySlice<UInt8>? {
        members.last { $0.key == key }.map { bytes[$0.value] }
    }

    /// The decoded text of a string value; nil if the member is missing or not a string.
    package func string(_ key: String) -> String? {
        guard let raw = raw(key), raw.first == UInt8(ascii: "\"") else { return nil }
        let text = raw.dropFirst().dropLast()
        return JSONString.decoded(text, isEscaped: text.contains(UInt8(ascii: "\\")))
    }

    /// Returns the object with one value replaced, or appended as the last member if the key does not exist.
    package func setting(_ key: String, to value: some Sequence<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + 64)
        if let member = members.last(where: { $0.key == key }) {
            output += bytes[..<member.value.lowerBound]
            output += value
            output += bytes[member.value.upperBound...]
            return output
        }
        let end = members.last?.range.upperBound ?? afterOpeningBrace
        output += bytes[..<end]
        if !members.isEmpty { output.append(UInt8(ascii: ",")) }
        JSONString.append(key, to: &output)
        output.append(UInt8(ascii: ":"))
        output += value
        output += bytes[end...]
        return output
    }

    /// Returns the object without a member and its comma.
    package func removing(_ key: String) -> [UInt8] {
        guard let index = members.lastIndex(where: { $0.key == key }) else { return bytes }
        let cut =
            if index + 1 < members.count {
                members[index].range.lowerBound..<members[index + 1].range.lowerBound
            } else {
                (index > 0 ? members[index - 1].range.upperBound : afterOpeningBrace)..<members[index].range.upperBound
            }
        return Array(bytes[..<cut.lowerBound] + bytes[cut.upperBound...])
    }

    private var afterOpeningBrace: Int {
        (bytes.firstIndex(of: UInt8(ascii: "{")) ?? -1) + 1
    }
}

/// A change to a member of a JSON object: a new value as JSON text, or nil to remove the member.
package struct JSONEdit: Sendable, Hashable {
    package var key: String
    package var value: [UInt8]?

    package init(_ key: String, _ rawValue: String?) {
        self.key = key
        value = rawValue.map { Array($0.utf8) }
    }

    /// A change to a JSON string, or to `null` if the text is nil.
    package static func text(_ key: String, _ text: String?) -> JSONEdit {
        guard let text else { return JSONEdit(key, "null") }
        var raw: [UInt8] = []
        JSONString.append(text, to: &raw)
        return JSONEdit(key, String(decoding: raw, as: UTF8.self))
    }

    /// Returns the object after this change; bytes that are not an object are returned unchanged.
    package func applied(to object: [UInt8]) -> [UInt8] {
        guard let members = try? JSONMembers(object) else { return object }
        return value.map { members.setting(key, to: $0) } ?? members.removing(key)
    }
}
