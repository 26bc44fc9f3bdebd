extension JSONCursor {
    /// Reads an object; if the value is not an object, skips it and returns false.
    ///
    /// `read` gets the position of each known key in `table` and must consume its value; unknown keys are skipped.
    @discardableResult
    package mutating func members(
        _ table: JSONKeyTable,
        _ read: (Int, inout JSONCursor) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) -> Bool {
        guard try enterObject() else { return false }
        var place = -1
        while try nextKey(in: table, &place) {
            if place < 0 {
                try skipValue()
            } else {
                try read(place, &self)
            }
        }
        return true
    }

    /// Reads an object with keys of any name.
    package mutating func namedMembers(
        _ read: (String, inout JSONCursor) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        guard try enterObject() else { return }
        while let key = try nextKey() {
            try read(text(key), &self)
        }
    }

    /// Reads an array.
    ///
    /// `read` must consume each element. A value that is not an array is skipped.
    package mutating func elements(
        _ read: (inout JSONCursor) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        guard try enterArray() else { return }
        while try nextElement() { try read(&self) }
    }

    /// Reads the next value as text; returns nil if it is not a string.
    package mutating func optionalText() throws(JSONSyntaxError) -> String? {
        try string().map { text($0) }
    }

    /// Reads the next value as a text token: a string, or an array or object as its JSON text.
    ///
    /// Skips anything else and empty containers, and returns nil.
    package mutating func stringOrContainer() throws(JSONSyntaxError) -> JSONToken? {
        let kind = try kind()
        guard kind == .array || kind == .object else { return try string() }
        let range = try skipValue()
        // A container has unescaped quotes. Marked as escaped, it is decoded and escaped when it is written as a string.
        return range.count > 2 ? JSONToken(range: range, isEscaped: true, decodedLength: range.count) : nil
    }

    /// Reads the next value as true or false; returns nil if it is neither.
    package mutating func optionalBoolean() throws(JSONSyntaxError) -> Bool? {
        switch bytes(try skipValue()) {
        case Array("true".utf8): true
        case Array("false".utf8): false
        default: nil
        }
    }

    /// Reads the next value as a whole number; returns nil if it is not one.
    package mutating func optionalNumber() throws(JSONSyntaxError) -> Int? {
        try wholeNumber(upTo: 1 << 53).map { Int($0) }
    }

    /// Reads whole numbers by name; skips other values.
    package mutating func counts() throws(JSONSyntaxError) -> [String: Int] {
        var counts: [String: Int] = [:]
        try namedMembers { name, cursor throws(JSONSyntaxError) in
            counts[name] = try cursor.optionalNumber()
        }
        return counts
    }
}

// MARK: - Required values

extension JSONCursor {
    /// Reads an object as ``members(_:_:)`` does.
    ///
    /// - Throws: also if the value is not an object.
    package mutating func requiredMembers(
        _ table: JSONKeyTable,
        _ read: (Int, inout JSONCursor) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        guard try kind() == .object else { throw JSONSyntaxError(.expectedObject, at: position) }
        try members(table, read)
    }

    /// Reads an array; `read` must consume each element.
    ///
    /// - Throws: also if the value is not an array.
    package mutating func requiredElements(
        _ read: (inout JSONCursor) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        guard try kind() == .array else { throw JSONSyntaxError(.expectedArray, at: position) }
        try elements(read)
    }

    /// Reads the next value as a string token.
    ///
    /// - Throws: also if the value is not a string.
    package mutating func requiredString() throws(JSONSyntaxError) -> JSONToken {
        guard let token = try string() else { throw JSONSyntaxError(.expectedString, at: position) }
        return token
    }

    /// Reads the next value as text.
    ///
    /// - Throws: also if the value is not a string.
    package mutating func requiredText() throws(JSONSyntaxError) -> String {
        text(try requiredString())
    }

    /// Reads an array of strings.
    ///
    /// - Throws: also if the value is not an array of strings.
    package mutating func requiredTexts() throws(JSONSyntaxError) -> [String] {
        var texts: [String] = []
        try requiredElements { cursor throws(JSONSyntaxError) in texts.append(try cursor.requiredText()) }
        return texts
    }

    /// Reads the next value as a whole number that is not negative.
    ///
    /// - Throws: also if the value is anything else, or larger than `Int.max`.
    package mutating func requiredNumber() throws(JSONSyntaxError) -> Int {
        guard let number = try wholeNumber(upTo: .max) else { throw JSONSyntaxError(.expectedNumber, at: position) }
        return Int(number)
    }
}
