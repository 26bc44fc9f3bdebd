import ArgumentParser

/// The options that `export` and `run` have in common, apart from the archive and the format.
struct CommonRunOptions: ParsableArguments {
    @Flag(name: [.customShort("n"), .long], help: "Show what would be downloaded; write nothing.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    @Flag(name: .shortAndLong, help: .verbose)
    var verbose = false

    /// The given options as arguments of `export`.
    var arguments: [String] {
        var arguments: [String] = []
        if dryRun { arguments.append("--dry-run") }
        if quiet { arguments.append("--quiet") }
        if verbose { arguments.append("--verbose") }
        return arguments
    }
}
