import ArgumentParser
import BatchService
import Foundation

/// The options for the API, the key and the connection.
///
/// Their group has no title, so that those of the connection stay in a section of their own.
struct ServiceOptions: ParsableArguments, ConnectionSource {
    @OptionGroup var server: ServerOption

    @Option(
        help: ArgumentHelp(
            "Read the API key from the first line of this file (default: ANTHROPIC_API_KEY, otherwise ANTHROPIC_AUTH_TOKEN).",
            valueName: "file"
        ),
        completion: .file(),
        transform: NamedValue.path
    )
    var keyFile: String?

    @Option(
        help: ArgumentHelp(
            "Run this command and use the first line that it prints as the key, at the start and after a 401.",
            valueName: "command"
        )
    )
    var keyCommand: String?

    @Option(
        help: ArgumentHelp(
            "Use this workspace, if the key has several (default: ANTHROPIC_WORKSPACE_ID).",
            valueName: "wrkspc_id"
        )
    )
    var workspace: String?

    @OptionGroup(title: HelpText.advanced)
    var connection: ConnectionOptions

    /// The settings of the client, and the place from which the key was read.
    ///
    /// Throws ``CommandFailure`` or `CancellationError`.
    func settings(context: CommandContext) async throws -> (settings: ServiceSettings, key: KeySource) {
        try check()
        let key = try await KeySource(
            keyFile: keyFile,
            keyCommand: keyCommand,
            kind: connection.keyKind,
            context: context
        )
        var settings = try connection.settings(baseURL: server.url(in: context), key: key, context: context)
        settings.workspace = workspace ?? context.workspace
        return (settings, key)
    }

    /// Checks that all numbers are in their allowed ranges, and that there is one source of the key.
    func check() throws(CommandFailure) {
        try connection.check()
        if keyFile != nil, keyCommand != nil {
            throw .conflict("--key-file, --key-command: cannot be used together")
        }
    }
}

/// Options that name a server and a key.
protocol ConnectionSource {
    /// The settings of the client, and the place from which the key was read.
    ///
    /// Throws ``CommandFailure`` or `CancellationError`.
    func settings(context: CommandContext) async throws -> (settings: ServiceSettings, key: KeySource)
}

extension ConnectionOptions {
    /// The settings of a client with these options.
    func settings(
        baseURL: String,
        key: KeySource,
        context: CommandContext
    ) throws(CommandFailure) -> ServiceSettings {
        ServiceSettings(
            baseURL: baseURL,
            credential: key.credential,
            keyRenewal: key.renewal,
            apiVersion: apiVersion,
            betas: beta,
            headers: try CustomHeaders.read(header, context: context),
            userAgent: "batchkeep/\(BatchkeepVersion.current)",
            acceptEncoding: acceptEncoding,
            connectTimeout: try connectTimeLimit(),
            idleTimeout: try idleTimeLimit(),
            maxRequestsPerMinute: maxRpm,
            caFile: caFile,
            proxies: context.proxies
        )
    }
}

extension CommandContext {
    /// The workspace that the environment names, without white space around it.
    fileprivate var workspace: String? {
        let name = variable("ANTHROPIC_WORKSPACE_ID")?.trimmingCharacters(in: .whitespacesAndNewlines)
        return name?.isEmpty == true ? nil : name
    }

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
