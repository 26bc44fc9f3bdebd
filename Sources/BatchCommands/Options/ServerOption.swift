import ArgumentParser

/// The option for the server of the API.
struct ServerOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Set the URL of the API (default: ANTHROPIC_BASE_URL, otherwise https://api.anthropic.com).",
            valueName: "url"
        )
    )
    var baseURL: String?

    /// The URL of the API: from the option, the environment, or Anthropic's.
    func url(in context: CommandContext) -> String {
        baseURL ?? context.variable("ANTHROPIC_BASE_URL") ?? "https://api.anthropic.com"
    }
}
