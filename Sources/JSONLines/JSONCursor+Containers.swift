// Objects and arrays, member by member.

extension JSONCursor {
    /// Enters an object.
    package mutating func beginObject() throws(JSONSyntaxError) {
        try open(UInt8(ascii: "{"), or: .expectedObject)
    }

    /// The next key of the object, its colon consumed, or nil behind the closing brace.
    package mutating func nextKey() throws(JSONSyntaxError) -> JSONToken? {
        guard try nextMember(closing: UInt8(ascii: "}"), or: .expectedCommaOrBrace) else { return nil }
        return try key()
    }

    /// Goes to the next member of an object whose keys mostly stand in the order of a table; false behind the closing brace.
    ///
    /// `place` becomes the position of its key in the table, or -1 for a key that is not there. It is where the search begins as
    /// well, so it is to be kept from member to member; -1 before the first. The key behind the last one is compared, which costs
    /// a fifth of searching it; any other is searched.
    package mutating func nextKey(in table: JSONKeyTable, _ place: inout Int) throws(JSONSyntaxError) -> Bool {
        // The comma of the label is not there before the first member.
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

    /// Enters the next value if it is an object; anything else is skipped whole, and the answer is false.
    package mutating func enterObject() throws(JSONSyntaxError) -> Bool {
        guard try kind() == .object else {
            try skipValue()
            return false
        }
        try beginObject()
        return true
    }

    /// Enters the next value if it is an array; anything else is skipped whole, and the answer is false.
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

    /// Whether another element follows; false behind the closing bracket.
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
