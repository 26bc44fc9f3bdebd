import JSONLines

/// Changes members of a request's `params` before it is submitted again; all other bytes stay the same.
package struct RequestEdit: Sendable, Hashable {
    private var settings: [Setting] = []
    private var table: [String] = []

    private struct Setting: Sendable, Hashable {
        var name: String
        /// The value as JSON text.
        var value: [UInt8]
    }

    package init() {}

    /// Adds a setting `name=value`; the value is JSON if it is valid JSON, otherwise a string.
    ///
    /// Returns false if the text has no name before `=`. A later setting of the same name wins.
    package mutating func add(_ text: String) -> Bool {
        guard let sign = text.firstIndex(of: "="), sign > text.startIndex else { return false }
        let (name, value) = (String(text[..<sign]), String(text[text.index(after: sign)...]))
        settings.removeAll { $0.name.utf8.elementsEqual(name.utf8) }
        settings.append(Setting(name: name, value: Self.json(value)))
        table = settings.map(\.name)
        return true
    }

    private static func json(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        do throws(JSONSyntaxError) {
            try JSONCursor.read(bytes) { cursor throws(JSONSyntaxError) in
                try cursor.skipValue()
                try cursor.expectEnd()
            }
            return bytes
        } catch {
            return JSONNode.text(text).text
        }
    }

    /// The request `{"custom_id":…,"params":…}` with the edited params; nil if `params` is not an object.
    ///
    /// `id` is a JSON string with quotes.
    package func request(from object: [UInt8], id: ArraySlice<UInt8>) -> [UInt8]? {
        guard let params = try? Self.params(of: object) else { return nil }
        let edited = settings.isEmpty ? params : (try? edited(params)) ?? params
        return JSONNode.object([("custom_id", .verbatim(Array(id))), ("params", .verbatim(edited))]).text
    }

    /// The model that is set, if it is a string.
    package var model: String? {
        guard let value = settings.first(where: { $0.name == "model" })?.value else { return nil }
        return try? JSONCursor.read(value) { cursor throws(JSONSyntaxError) in try cursor.optionalText() }
    }

    private static let paramsKeys = JSONKeyTable(["params"])
    private static let modelKeys = JSONKeyTable(["model"])

    /// The model that a request names, or nil if it names none.
    package static func model(of request: [UInt8]) -> String? {
        var model: String?
        _ = try? JSONCursor.read(request) { cursor throws(JSONSyntaxError) in
            try cursor.members(paramsKeys) { _, cursor throws(JSONSyntaxError) in
                model = nil
                try cursor.members(modelKeys) { _, cursor throws(JSONSyntaxError) in
                    model = try cursor.optionalText()
                }
            }
        }
        return model
    }

    /// The value of the last member `params`; nil if it is not an object.
    private static func params(of object: [UInt8]) throws(JSONSyntaxError) -> [UInt8]? {
        try JSONCursor.read(object) { cursor throws(JSONSyntaxError) in
            var params: [UInt8]?
            try cursor.beginObject()
            while let key = try cursor.nextKey() {
                let isParams = cursor.index(of: key, in: paramsKeys) != nil
                let isObject = try cursor.kind() == .object
                let value = try cursor.skipValue()
                if isParams { params = isObject ? cursor.bytes(value) : nil }
            }
            return params
        }
    }

    /// Replaces the values of members, and appends members that do not exist.
    private func edited(_ params: [UInt8]) throws(JSONSyntaxError) -> [UInt8] {
        let names = JSONKeyTable(table)
        return try JSONCursor.read(params) { cursor throws(JSONSyntaxError) in
            var output: [UInt8] = []
            var copied = 0
            var seen: Set<Int> = []
            var isEmpty = true
            try cursor.beginObject()
            while let key = try cursor.nextKey() {
                isEmpty = false
                let value = try cursor.skipValue()
                guard let index = cursor.index(of: key, in: names) else { continue }
                seen.insert(index)
                output += params[copied..<value.lowerBound] + settings[index].value
                copied = value.upperBound
            }
            output += params[copied..<cursor.position - 1]
            for (index, setting) in settings.enumerated() where !seen.contains(index) {
                if !isEmpty { output.append(UInt8(ascii: ",")) }
                isEmpty = false
                JSONString.append(setting.name, to: &output)
                output.append(UInt8(ascii: ":"))
                output += setting.value
            }
            return output + [UInt8(ascii: "}")]
        }
    }
}
