import ArgumentParser
import BatchService

/// The options for headers, pacing, TLS and timeouts of the connection to the API.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Set the anthropic-version header.", valueName: "version"))
    var apiVersion = "2023-06-01"

    @Option(help: ArgumentHelp("Add a name to the anthropic-beta header; may be repeated.", valueName: "name"))
    var beta: [String] = []

    @Option(help: ArgumentHelp("Limit requests per minute (default: no limit).", valueName: "n"))
    var maxRpm: Int?

    @Option(
        help: ArgumentHelp(
            "Trust the certificates in this PEM file, in addition to those of the system.",
            valueName: "file"
        ),
        completion: .file()
    )
    var caFile: String?

    @Option(help: ArgumentHelp("List up to this many batches per page.", valueName: "n"))
    var pageSize = 1_000

    @Option(help: ArgumentHelp("Wait up to this many seconds for a connection.", valueName: "seconds"))
    var connectTimeout = 10

    @Option(help: ArgumentHelp("Resume a download after this many seconds without data.", valueName: "seconds"))
    var idleTimeout = 60

    @Option(
        help: ArgumentHelp(
            "Request results as they are (identity), or compressed (gzip) for slow links.",
            valueName: "coding"
        )
    )
    var acceptEncoding: ServiceSettings.AcceptEncoding = .identity

    /// Checks that all numbers are in their allowed ranges.
    func check() throws(CommandFailure) {
        try BatchCommands.check(pageSize, 1...1_000, "--page-size")
        try BatchCommands.check(connectTimeout, 1...3_600, "--connect-timeout")
        try BatchCommands.check(idleTimeout, 1...3_600, "--idle-timeout")
        if let maxRpm { try BatchCommands.check(maxRpm, 1...1_000_000, "--max-rpm") }
    }
}

extension ServiceSettings.AcceptEncoding: ExpressibleByArgument {}
