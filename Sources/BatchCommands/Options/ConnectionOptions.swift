import ArgumentParser
import BatchService

/// The options for headers, pacing, TLS and timeouts of the connection to the API.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Set the anthropic-version header.", valueName: "version"))
    var apiVersion = "2023-06-01"

    @Option(help: ArgumentHelp("Add a name to the anthropic-beta header; may be repeated.", valueName: "name"))
    var beta: [String] = []

    @Option(
        help: ArgumentHelp(
            "Send this header, 'Name: value', to the API; may be repeated (also: ANTHROPIC_CUSTOM_HEADERS).",
            valueName: "header"
        )
    )
    var header: [String] = []

    @Option(
        help: ArgumentHelp(
            "Send the key as x-api-key (key) or as authorization: Bearer (token).",
            valueName: "kind"
        )
    )
    var keyKind: KeyKind?

    @Option(help: ArgumentHelp("Limit requests per minute (default: no limit).", valueName: "n"))
    var maxRpm: Int?

    @Option(
        help: ArgumentHelp(
            "Trust the certificates in this PEM file, in addition to those of the system.",
            valueName: "file"
        ),
        completion: .file(),
        transform: NamedValue.path
    )
    var caFile: String?

    @Option(help: ArgumentHelp("Wait up to this long for a connection.", valueName: "time"))
    var connectTimeout = "10s"

    @Option(help: ArgumentHelp("Resume a download after this long without data.", valueName: "time"))
    var idleTimeout = "60s"

    @Option(
        help: ArgumentHelp(
            "Request answers compressed (gzip) or uncompressed (identity).",
            valueName: "coding"
        )
    )
    var acceptEncoding: ServiceSettings.AcceptEncoding = .gzip

    /// Checks that all numbers are in their allowed ranges.
    func check() throws(CommandFailure) {
        _ = try CustomHeaders.parsed(header)
        _ = try connectTimeLimit()
        _ = try idleTimeLimit()
        if let maxRpm { try BatchCommands.check(maxRpm, 1...1_000_000, "--max-rpm") }
    }

    /// The longest wait for a connection.
    func connectTimeLimit() throws(CommandFailure) -> Duration {
        try timeout(connectTimeout, "--connect-timeout")
    }

    /// The longest time without data.
    func idleTimeLimit() throws(CommandFailure) -> Duration {
        try timeout(idleTimeout, "--idle-timeout")
    }

    /// A time limit of up to one hour; a number without a unit is in seconds.
    private func timeout(_ value: String, _ option: String) throws(CommandFailure) -> Duration {
        let span = try TimeSpan(value, option, allowsZero: true, allowsSeconds: true)
        guard let span, (1...3_600).contains(span.seconds) else {
            throw .outOfRange(option: option, value: value, allowed: "1s to 1h")
        }
        return span.duration
    }
}

extension ServiceSettings.AcceptEncoding: ExpressibleByArgument {}

extension KeyKind: ExpressibleByArgument {}
