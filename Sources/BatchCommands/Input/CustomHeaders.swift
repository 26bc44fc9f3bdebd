import BatchService

/// The headers of the user, from `ANTHROPIC_CUSTOM_HEADERS` and `--header`.
enum CustomHeaders {
    /// The variable that the official SDKs read: one header per line.
    static let variable = "ANTHROPIC_CUSTOM_HEADERS"

    /// Combines the headers of the variable with those of the options, which replace those with the same name.
    static func read(_ options: [String], context: CommandContext) throws(CommandFailure) -> [CustomHeader] {
        let lines = context.variable(variable)?
            .split(omittingEmptySubsequences: false) { $0.isNewline }
        var headers: [CustomHeader] = []
        for (index, line) in (lines ?? []).enumerated() where !line.allSatisfy({ $0 == " " || $0 == "\t" }) {
            add(try header(String(line), place: "\(variable), line \(index + 1)"), to: &headers)
        }
        for header in try parsed(options) { add(header, to: &headers) }
        return headers
    }

    /// The headers of the options.
    static func parsed(_ options: [String]) throws(CommandFailure) -> [CustomHeader] {
        var headers: [CustomHeader] = []
        for text in options { headers.append(try header(text, place: "--header")) }
        return headers
    }

    private static func header(_ text: String, place: String) throws(CommandFailure) -> CustomHeader {
        do {
            return try CustomHeader(text)
        } catch {
            throw .key(.header(place: place, error))
        }
    }

    /// Adds a header; the last one of a name counts, as in the SDKs.
    private static func add(_ header: CustomHeader, to headers: inout [CustomHeader]) {
        headers.removeAll { $0.name.lowercased() == header.name.lowercased() }
        headers.append(header)
    }
}
