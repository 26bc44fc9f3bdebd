import ArgumentParser
import BatchService

/// The options for the reports of an organization and the Admin key.
///
/// The sources of an ordinary key are never used.
struct AdminOptions: ParsableArguments, ConnectionSource {
    @Option(help: .baseURL)
    var baseURL: String?

    @Option(
        help: ArgumentHelp(
            "Read the Admin key from the first line of this file (default: \(KeySource.adminVariable)).",
            valueName: "file"
        ),
        completion: .file(),
        transform: NamedValue.path
    )
    var adminKeyFile: String?

    @Option(
        help: ArgumentHelp(
            "Run this command and use the first line that it prints as the Admin key, at the start and after a 401.",
            valueName: "command"
        )
    )
    var adminKeyCommand: String?

    func settings(
        _ connection: ConnectionOptions,
        context: CommandContext
    ) async throws -> (settings: ServiceSettings, key: KeySource) {
        if adminKeyFile != nil, adminKeyCommand != nil {
            throw CommandFailure.conflict("--admin-key-file, --admin-key-command: cannot be used together")
        }
        let key = try await KeySource(
            adminKeyFile: adminKeyFile,
            adminKeyCommand: adminKeyCommand,
            kind: connection.keyKind,
            context: context
        )
        return (try connection.settings(baseURL: url(in: context), key: key, context: context), key)
    }
}
