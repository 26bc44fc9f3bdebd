import ArgumentParser
import BatchService
import Foundation

/// The options for the API and the key.
struct ServiceOptions: ParsableArguments, ConnectionSource {
    @Option(help: .baseURL)
    var baseURL: String?

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

    func settings(
        _ connection: ConnectionOptions,
        context: CommandContext
    ) async throws -> (settings: ServiceSettings, key: KeySource) {
        try check()
        let key = try await KeySource(
            keyFile: keyFile,
            keyCommand: keyCommand,
            kind: connection.keyKind,
            context: context
        )
        var settings = try connection.settings(baseURL: url(in: context), key: key, context: context)
        settings.workspace = workspace ?? context.workspace
        return (settings, key)
    }

    /// Checks that the URL is valid, and that there is one source of the key.
    func check() throws(CommandFailure) {
        if let baseURL {
            do throws(ServiceSettingsFailure) {
                _ = try ServiceURL.configured(baseURL)
            } catch {
                throw .service(error)
            }
        }
        if keyFile != nil, keyCommand != nil {
            throw .conflict("--key-file, --key-command: cannot be used together")
        }
    }
}

/// Options that name a server and a key.
protocol ConnectionSource {
    /// The value of `--base-url`.
    var baseURL: String? { get }

    /// The settings of a client with these options of the connection, and the place from which the key was read.
    ///
    /// Throws ``CommandFailure`` or `CancellationError`.
    func settings(
        _ connection: ConnectionOptions,
        context: CommandContext
    ) async throws -> (settings: ServiceSettings, key: KeySource)
}

extension ConnectionSource {
    /// The URL of the API: from the option, the environment, or Anthropic's.
    func url(in context: CommandContext) -> String {
        baseURL ?? context.variable("ANTHROPIC_BASE_URL") ?? "https://api.anthropic.com"
    }
}

extension ArgumentHelp {
    /// The help of `--base-url`.
    static let baseURL = ArgumentHelp(
        "Set the URL of the API (default: ANTHROPIC_BASE_URL, otherwise https://api.anthropic.com).",
        valueName: "url"
    )
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
