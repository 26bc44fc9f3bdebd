import BatchAnalytics

extension ReadingNotice {
    /// Prints the files that could not be read, and ends the command with the status for damage if there are any.
    func report(in context: CommandContext) throws {
        for failure in unreadable.prefix(20) { context.note("batchkeep: \(FailureText(failure).sentence)") }
        if unreadable.count > 20 { context.note("… and \(unreadable.count - 20) more.") }
        if !unreadable.isEmpty {
            context.note("The figures are without what could not be read.")
            throw CommandExit(status: .integrity)
        }
    }
}
