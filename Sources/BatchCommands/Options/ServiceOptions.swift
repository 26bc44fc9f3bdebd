import ArgumentParser
import BatchService

/// The options for the connection to the API.
struct ServiceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the API is (default: ANTHROPIC_BASE_URL, else https://api.anthropic.com).",
            valueName: "url"
        )
    )
    var baseURL: String?

    @Option(
        help: ArgumentHelp(
            "A file whose first line is the API key (default: ANTHROPIC_API_KEY, else ANTHROPIC_AUTH_TOKEN).",
            valueName: "file"
        )
    )
    var keyFile: String?

    @Option(help: ArgumentHelp("The anthropic-version header.", valueName: "version"))
    var apiVersion = "2023-06-01"

    @Option(help: ArgumentHelp("A name for the anthropic-beta header; may be repeated.", valueName: "name"))
    var beta: [String] = []

    @Option(help: ArgumentHelp("The workspace to act on, for a key that has several.", valueName: "wrkspc_id"))
    var workspace: String?

    @Option(help: ArgumentHelp("At most this many requests a minute (default: no limit).", valueName: "n"))
    var maxRpm: Int?

    @Option(help: ArgumentHelp("A PEM file with certificates to trust beside those of the system.", valueName: "file"))
    var caFile: String?

    @Option(help: ArgumentHelp("Batches a page of the listing, 1 to 1000.", valueName: "n"))
    var pageSize = 1_000

    @Option(help: ArgumentHelp("Wait up to this long for a connection.", valueName: "time"))
    var connectTimeout = "10s"

    @Option(help: ArgumentHelp("Give up on a download after this long without data.", valueName: "time"))
    var idleTimeout = "60s"

    @Option(
        help: ArgumentHelp(
            "Ask for results as they are (identity) or compressed (gzip): gzip pays on slow links only.",
            valueName: "coding"
        )
    )
    var acceptEncoding: ServiceSettings.AcceptEncoding = .identity

    /// The settings of the client, and the place from which the key was read.
    func settings(context: CommandContext) throws(CommandFailure) -> (settings: ServiceSettings, key: KeySource) {
        try check()
        let key = try KeySource(keyFile: keyFile, context: context)
        let settings = ServiceSettings(
            baseURL: baseURL ?? context.variable("ANTHROPIC_BASE_URL") ?? "https://api.anthropic.com",
            credential: key.credential,
            apiVersion: apiVersion,
            betas: beta,
            workspace: workspace,
            userAgent: "batchkeep/\(BatchkeepVersion.current)",
            acceptEncoding: acceptEncoding,
            connectTimeout: try timeout(connectTimeout, "--connect-timeout"),
            idleTimeout: try timeout(idleTimeout, "--idle-timeout"),
            maxRequestsPerMinute: maxRpm,
            caFile: caFile,
            proxies: context.proxies
        )
        return (settings, key)
    }

    /// Checks that all numbers are in their allowed ranges.
    func check() throws(CommandFailure) {
        try BatchCommands.check(pageSize, 1...1_000, "--page-size")
        _ = try timeout(connectTimeout, "--connect-timeout")
        _ = try timeout(idleTimeout, "--idle-timeout")
        if let maxRpm { try BatchCommands.check(maxRpm, 1...1_000_000, "--max-rpm") }
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

extension CommandContext {
    /// The proxies that the environment variables name.
    var proxies: ProxySettings {
        ProxySettings(
            https: variable("HTTPS_PROXY") ?? variable("https_proxy"),
            // Upper-case HTTP_PROXY can be set by a request header under CGI, so only the lower-case name counts.
            http: variable("http_proxy"),
            noProxy: variable("NO_PROXY") ?? variable("no_proxy")
        )
    }
}
