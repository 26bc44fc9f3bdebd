// Reading of objects and arrays, one member at a time.

extension JSONCursor {
    /// Enters an object.
    package mutating func beginObject() throws(JSONSyntaxError) {
        try open(UInt8(ascii: "{"), or: .expectedObject)
    }

    /// Returns the next key of the object and consumes its colon; returns nil after the closing brace.
    package mutating func nextKey() throws(JSONSyntaxError) -> JSONToken? {
        guard try nextMember(closing: UInt8(ascii: "}"), or: .expectedCommaOrBrace) else { return nil }
        return try key()
    }

    /// Moves to the next member of an object whose keys are usually in the order of a table.
    ///
    /// Returns false after the closing brace. `place` becomes the position of the key in the table, or -1 for an
    /// unknown key. The search starts at `place`, so keep its value from member to member; start with -1. The key after
    /// the last one found is compared first, which costs a fifth of a full search.
    package mutating func nextKey(in table: JSONKeyTable, _ place: inout Int) throws(JSONSyntaxError) -> Bool {
        // The first member has no comma in front, so the comma of the label is skipped.
        let skipped = isFresh ? 1 : 0
        let length = unsafe table.label(of: place + 1, from: skipped, startsAt: base + position, count: end - position)
        if length > 0 {
            position += length
            isFresh = false
            place += 1
            return true
        }
        guard let key = try nextKey() else { return false }
        place = index(of: key, in: table) ?? -1
        return true
    }

    /// Enters the next value if it is an object; otherwise skips it and returns false.
    package mutating func enterObject() throws(JSONSyntaxError) -> Bool {
        guard try kind() == .object else {
            try skipValue()
            return false
        }
        try beginObject()
        return true
    }

    /// Enters the next value if it is an array; otherwise skips it and returns false.
    package mutating func enterArray() throws(JSONSyntaxError) -> Bool {
        guard try kind() == .array else {
            try skipValue()
            return false
        }
        try beginArray()
        return true
    }

    /// Enters an array.
    package mutating func beginArray() throws(JSONSyntaxError) {
        try open(UInt8(ascii: "["), or: .expectedArray)
    }

    /// Returns whether another element follows; false after the closing bracket.
    package mutating func nextElement() throws(JSONSyntaxError) -> Bool {
        try nextMember(closing: UInt8(ascii: "]"), or: .expectedCommaOrBracket)
    }

    private mutating func open(_ byte: UInt8, or reason: JSONSyntaxError.Reason) throws(JSONSyntaxError) {
        skipWhitespace()
        guard position < end else { throw JSONSyntaxError(.unexpectedEnd, at: position) }
        guard unsafe base[position] == byte else { throw JSONSyntaxError(reason, at: position) }
        guard depth < Self.maxDepth else { throw JSONSyntaxError(.tooDeep, at: position) }
        depth += 1
        position += 1
        isFresh = true
    }

    @inline(__always)
    private mutating func nextMember(
        closing: UInt8,
        or reason: JSONSyntaxError.Reason
    ) throws(JSONSyntaxError) -> Bool {
        skipWhitespace()
        guard position < end else { throw JSONSyntaxError(.unexpectedEnd, at: position) }
        let byte = unsafe base[position]
        let wasFresh = isFresh
        isFresh = false
        if byte == closing {
            position += 1
            depth -= 1
            return false
        }
        guard !wasFresh else { return true }
        guard byte == UInt8(ascii: ",") else { throw JSONSyntaxError(reason, at: position) }
        position += 1
        return true
    }

    @inline(__always)
    mutating func key() throws(JSONSyntaxError) -> JSONToken {
        skipWhitespace()
        guard position < end else { throw JSONSyntaxError(.unexpectedEnd, at: position) }
        guard unsafe base[position] == UInt8(ascii: "\"") else { throw JSONSyntaxError(.expectedKey, at: position) }
        let token = try stringToken()
        skipWhitespace()
        guard position < end else { throw JSONSyntaxError(.unexpectedEnd, at: position) }
        guard unsafe base[position] == UInt8(ascii: ":") else { throw JSONSyntaxError(.expectedColon, at: position) }
        position += 1
        return token
    }
}
