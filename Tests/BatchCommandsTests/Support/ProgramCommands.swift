import TestSupport

extension CommandTree {
    // Once for all tests: describing all commands takes more than a second in a debug build.
    private static let program = Task {
        try CommandTree(dump: await InProcess.offline(["--experimental-dump-help"]).output)
    }

    /// The commands and options of the program.
    static func ofProgram() async throws -> CommandTree {
        try await program.value
    }
}
