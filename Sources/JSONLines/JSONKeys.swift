/// The keys of an object, or the values of a string, as the cases of an enum.
///
///     private enum Key: String, CaseIterable { case id, createdAt = "created_at" }
///     private static let keys = JSONKeys<Key>()
///
/// Declare the cases in the order in which the keys are usually written: the key after the last one is compared first.
package struct JSONKeys<Key: CaseIterable & RawRepresentable & Sendable>: Sendable where Key.RawValue == String {
    /// The names of the cases; its positions are those of ``cases``.
    package let table: JSONKeyTable
    package let cases: [Key]

    package init() {
        cases = Array(Key.allCases)
        table = JSONKeyTable(cases.map(\.rawValue))
    }
}

// The loops that run for every result line use `table` and `cases` directly: a generic function is not specialized in
// another module, and the call costs more than the comparison.
extension JSONCursor {
    /// Returns the next known key of the object and consumes its colon; returns nil after the closing brace.
    ///
    /// Unknown members are skipped. The search starts at `place`: keep its value from member to member, start with -1.
    @inlinable
    package mutating func nextKey<Key>(in keys: JSONKeys<Key>, _ place: inout Int) throws(JSONSyntaxError) -> Key? {
        while try nextKey(in: keys.table, &place) {
            if place >= 0 { return keys.cases[place] }
            try skipValue()
        }
        return nil
    }

    /// Returns the case whose name equals a string, or nil.
    @inlinable
    package func key<Key>(of token: JSONToken, in keys: JSONKeys<Key>) -> Key? {
        index(of: token, in: keys.table).map { keys.cases[$0] }
    }

    /// Reads an object; if the value is not an object, skips it and returns false.
    ///
    /// `read` gets each known key and must consume its value; unknown members are skipped.
    @inlinable
    @discardableResult
    package mutating func members<Key>(
        _ keys: JSONKeys<Key>,
        _ read: (Key, inout JSONCursor) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) -> Bool {
        guard try enterObject() else { return false }
        var place = -1
        while let key = try nextKey(in: keys, &place) { try read(key, &self) }
        return true
    }

    /// Reads an object as ``members(_:_:)`` does.
    ///
    /// - Throws: also if the value is not an object.
    @inlinable
    package mutating func requiredMembers<Key>(
        _ keys: JSONKeys<Key>,
        _ read: (Key, inout JSONCursor) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        guard try kind() == .object else { throw JSONSyntaxError(.expectedObject, at: position) }
        try members(keys, read)
    }
}
