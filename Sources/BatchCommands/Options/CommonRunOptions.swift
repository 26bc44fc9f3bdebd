import ArgumentParser

/// The options that `export` and `run` have in common, apart from the archive.
struct CommonRunOptions: ParsableArguments {
    @Flag(name: [.customShort("n"), .long], help: "Show what would be downloaded; write nothing.")
    var dryRun = false

    @OptionGroup var format: FormatOptions<ReportFormat>

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    @Flag(name: .shortAndLong, help: .verbose)
    var verbose = false

    /// The given options as arguments of `export`.
    var arguments: [String] {
        var arguments: [String] = []
        if dryRun { arguments.append("--dry-run") }
        if let given = format.given { arguments.append("--format=\(given.rawValue)") }
        if format.json { arguments.append("--json") }
        if quiet { arguments.append("--quiet") }
        if verbose { arguments.append("--verbose") }
        return arguments
    }
}
