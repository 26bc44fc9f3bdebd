import ArgumentParser
import Tables

/// The values of `--format` of one command.
protocol OutputFormat: ExpressibleByArgument, CaseIterable, Hashable, RawRepresentable, Sendable
where RawValue == String {
    static var json: Self { get }
    /// The format without an option, for the help text.
    static var usual: String { get }
}

/// The values of `--format` of a command that prints rows.
protocol RowFormat: OutputFormat {
    static var table: Self { get }
    static var ndjson: Self { get }
}

/// The values of `--format` of a command that prints a report.
enum ReportFormat: String, OutputFormat {
    /// Text for people.
    case text
    /// One JSON document on standard output.
    case json

    static let usual = "text"
}

extension RowFormat {
    static var usual: String { "table on a terminal, otherwise ndjson" }
}

extension TableFormat: RowFormat {}

/// The options `--format` and `-j, --json`, which choose what goes to standard output.
struct FormatOptions<Format: OutputFormat>: ParsableArguments {
    @Option(
        name: .customLong("format"),
        help: ArgumentHelp("Choose the format of standard output (default: \(Format.usual)).", valueName: "name")
    )
    var given: Format?

    @Flag(name: .shortAndLong, help: "Print JSON, like --format json.")
    var json = false

    /// Whether the options choose JSON.
    var isJSON: Bool { json || given == .json }

    /// The given options as arguments of a command.
    var arguments: [String] {
        (given.map { ["--format=\($0.rawValue)"] } ?? []) + (json ? ["--json"] : [])
    }

    /// Checks that the two options do not contradict each other.
    func check() throws(CommandFailure) {
        guard json, let given, given != .json else { return }
        throw .conflict("--json, --format \(given.rawValue): cannot be used together")
    }
}

extension FormatOptions where Format: RowFormat {
    /// The chosen format; without an option a table on a terminal, otherwise NDJSON.
    func resolved(outputIsTerminal: Bool) throws(CommandFailure) -> Format {
        try check()
        if json { return .json }
        return given ?? (outputIsTerminal ? .table : .ndjson)
    }
}

extension ArgumentHelp {
    /// The help of `-q, --quiet`.
    static let quiet: ArgumentHelp = "Print no progress and no summary, only warnings and errors."
    /// The help of `-v, --verbose`.
    static let verbose: ArgumentHelp = "Print every batch or file, not only totals."
}
