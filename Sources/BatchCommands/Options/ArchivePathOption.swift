import ArgumentParser

/// The option `-a, --archive`, which names the archive of every command that uses one.
struct ArchivePathOption: ParsableArguments {
    /// The environment variable that names the archive if the option does not.
    static let variable = "BATCHKEEP_ARCHIVE"

    @Option(
        name: [.customShort("a"), .customLong("archive")],
        help: ArgumentHelp(
            "Use the archive in this folder (default: \(variable), otherwise ./archive).",
            valueName: "dir"
        ),
        completion: .directory,
        transform: NamedValue.path
    )
    var given: String?

    /// The path of the archive's folder.
    var path: String { given ?? Self.usualPath }

    /// The path without the option: from the environment variable, or `./archive`.
    static var usualPath: String { CommandContext.current.variable(variable) ?? "./archive" }
}
