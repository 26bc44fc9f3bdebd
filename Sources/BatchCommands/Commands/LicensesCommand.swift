import ArgumentParser

/// `batchkeep licenses`: prints the license notices of the program and of everything linked into it.
struct LicensesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "licenses",
        abstract: "Print the license notices of the libraries in the program.",
        discussion: """
            The libraries come first, with their copyright and license. The texts of the licenses follow.

            Examples:
              batchkeep licenses
              batchkeep licenses > notices.txt
            """
    )

    func run() throws {
        // The license texts are passed on unchanged.
        try CommandContext.current.writeData(Array(ThirdPartyNotice.text.utf8))
    }
}
