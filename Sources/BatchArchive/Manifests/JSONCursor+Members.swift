import JSONLines

extension JSONCursor {
    /// Reads an object; false if the value is none, and then it is skipped whole.
    ///
    /// `read` gets the position of each known key in `table` and must consume its value; unknown keys are skipped.
    @discardableResult
    mutating func members(
        _ table: JSONKeyTable,
        _ read: (Int, inout JSONCursor) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) -> Bool {
        guard try kind() == .object else {
            try skipValue()
            return false
        }
        try beginObject()
        while let key = try nextKey() {
            if let index = index(of: key, in: table) {
                try read(index, &self)
            } else {
                try skipValue()
            }
        }
        return true
    }

    /// Reads an object with keys of any name.
    mutating func namedMembers(
        _ read: (String, inout JSONCursor) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        guard try kind() == .object else {
            try skipValue()
            return
        }
        try beginObject()
        while let key = try nextKey() {
            try read(text(key), &self)
        }
    }

    /// Reads an array.
    ///
    /// `read` must consume each element. Anything but an array is skipped whole.
    mutating func elements(
        _ read: (inout JSONCursor) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        guard try kind() == .array else {
            try skipValue()
            return
        }
        try beginArray()
        while try nextElement() { try read(&self) }
    }

    /// The next value as text, or nil if it is no string.
    mutating func optionalText() throws(JSONSyntaxError) -> String? {
        try string().map { text($0) }
    }

    /// The next value as a whole number, or nil if it is none.
    mutating func optionalNumber() throws(JSONSyntaxError) -> Int? {
        try wholeNumber(upTo: 1 << 53).map { Int($0) }
    }

    /// Whole numbers by name; other values are left out.
    mutating func counts() throws(JSONSyntaxError) -> [String: Int] {
        var counts: [String: Int] = [:]
        try namedMembers { name, cursor throws(JSONSyntaxError) in
            counts[name] = try cursor.optionalNumber()
        }
        return counts
    }
}
