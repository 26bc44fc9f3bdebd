/// When output has colors: the option `--color` of every command.
package enum ColorChoice: String, Sendable, CaseIterable {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`.
    case auto
    case always
    case never

    static let names = allCases.map(\.rawValue)

    /// Removes `--color` from the arguments, where it may be before and after the command, and returns its value.
    ///
    /// Returns nil if the option is not given. If it is repeated, the last value counts. Everything after `--` is a
    /// value.
    ///
    /// - Throws: ``CommandFailure/badColor(_:)`` if the value is missing or unknown.
    static func remove(from arguments: inout [String]) throws(CommandFailure) -> ColorChoice? {
        var choice: ColorChoice?
        var place = 0
        while place < arguments.count, arguments[place] != "--" {
            let argument = arguments[place]
            guard argument == "--color" || argument.hasPrefix("--color=") else {
                place += 1
                continue
            }
            arguments.remove(at: place)
            let value: String?
            if argument == "--color" {
                value = place < arguments.count ? arguments.remove(at: place) : nil
            } else {
                value = String(argument.dropFirst("--color=".count))
            }
            guard let value, let known = ColorChoice(rawValue: value) else { throw .badColor(value) }
            choice = known
        }
        return choice
    }

    /// Adds the option to the help text of a command, before those that every command has.
    static func add(to help: String) -> String {
        var lines = help.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let common = lines.firstIndex { $0.hasPrefix("  --version ") || $0.hasPrefix("  -h, --help ") }
        guard let common else { return help }
        lines.insert("  --color <when>          Color the output: \(names.joined(separator: ", ")).", at: common)
        return lines.joined(separator: "\n")
    }
}
