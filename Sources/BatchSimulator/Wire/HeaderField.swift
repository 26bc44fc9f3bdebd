/// One HTTP header field; names are written in lower case.
package struct HeaderField: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension [HeaderField] {
    /// The first value of a field, whatever the case of its name.
    package func value(of name: String) -> String? {
        first { $0.name.lowercased() == name }?.value
    }

    /// Puts one value in place of all fields of that name; nil removes them.
    package mutating func set(_ name: String, to value: String?) {
        removeAll { $0.name.lowercased() == name }
        if let value { append(HeaderField(name, value)) }
    }
}
