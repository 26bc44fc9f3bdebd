import TestSupport

extension CommandTree {
    /// The commands and options of the program.
    static func ofProgram() async throws -> CommandTree {
        try CommandTree(dump: await InProcess.offline(["--experimental-dump-help"]).output)
    }
}
