extension JSONCursor {
    /// Reads an object; false if the value is none, and then it is skipped whole.
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
    /// `read` must consume each element. Anything but an array is skipped whole.
    package mutating func elements(
        _ read: (inout JSONCursor) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        guard try enterArray() else { return }
        while try nextElement() { try read(&self) }
    }

    /// The next value as text, or nil if it is no string.
    package mutating func optionalText() throws(JSONSyntaxError) -> String? {
        try string().map { text($0) }
    }

    /// The next value as a whole number, or nil if it is none.
    package mutating func optionalNumber() throws(JSONSyntaxError) -> Int? {
        try wholeNumber(upTo: 1 << 53).map { Int($0) }
    }

    /// Whole numbers by name; other values are left out.
    package mutating func counts() throws(JSONSyntaxError) -> [String: Int] {
        var counts: [String: Int] = [:]
        try namedMembers { name, cursor throws(JSONSyntaxError) in
            counts[name] = try cursor.optionalNumber()
        }
        return counts
    }
}

// MARK: - Values that have to be there

extension JSONCursor {
    /// Reads an object as ``members(_:_:)`` does.
    ///
    /// - Throws: also where the value is no object.
    package mutating func requiredMembers(
        _ table: JSONKeyTable,
        _ read: (Int, inout JSONCursor) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        guard try kind() == .object else { throw JSONSyntaxError(.expectedObject, at: position) }
        try members(table, read)
    }

    /// Reads an array; `read` must consume each element.
    ///
    /// - Throws: also where the value is no array.
    package mutating func requiredElements(
        _ read: (inout JSONCursor) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        guard try kind() == .array else { throw JSONSyntaxError(.expectedArray, at: position) }
        try elements(read)
    }

    /// The next value as a string token.
    ///
    /// - Throws: also where the value is no string.
    package mutating func requiredString() throws(JSONSyntaxError) -> JSONToken {
        guard let token = try string() else { throw JSONSyntaxError(.expectedString, at: position) }
        return token
    }

    /// The next value as text.
    ///
    /// - Throws: also where the value is no string.
    package mutating func requiredText() throws(JSONSyntaxError) -> String {
        text(try requiredString())
    }

    /// The texts of an array of strings.
    ///
    /// - Throws: also where the value is no such array.
    package mutating func requiredTexts() throws(JSONSyntaxError) -> [String] {
        var texts: [String] = []
        try requiredElements { cursor throws(JSONSyntaxError) in texts.append(try cursor.requiredText()) }
        return texts
    }

    /// The next value as a whole number from 0 on.
    ///
    /// - Throws: also where the value is anything else, or larger than `Int.max`.
    package mutating func requiredNumber() throws(JSONSyntaxError) -> Int {
        guard let number = try wholeNumber(upTo: .max) else { throw JSONSyntaxError(.expectedNumber, at: position) }
        return Int(number)
    }
}
