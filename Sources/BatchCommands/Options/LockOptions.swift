import ArgumentParser
import BatchArchive
import MessageBatches

/// What to do while another run holds the archive.
struct LockOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Wait this long for another run to end (30s, 10m, 2h; default: end at once).",
            valueName: "time"
        )
    )
    var wait: String?

    /// How often a waiting run looks.
    private static let pause = Duration.milliseconds(250)

    /// The seconds to wait.
    func seconds() throws(CommandFailure) -> Int64 {
        try TimeSpan(wait, "--wait", allowsZero: true)?.seconds ?? 0
    }

    /// Takes the archive's lock for the command that runs, as soon as it is free within the time allowed.
    ///
    /// - Throws: ``ArchiveFailure`` with the cause `busy` if it stays taken; `CancellationError` if the command is stopped.
    func take(_ folder: ArchiveFolder, context: CommandContext) async throws -> ArchiveLock {
        let holder = LockHolder.current(context.commandName, since: context.now().text)
        let clock = ContinuousClock()
        let end = clock.now + .seconds(try seconds())
        var hasTold = false
        while true {
            do throws(ArchiveFailure) {
                return try ArchiveLock(folder, as: holder)
            } catch {
                guard case .busy = error.cause, clock.now < end else { throw error }
                if !hasTold { context.note("\(FailureText(error).sentence) Waiting for it to end.") }
                hasTold = true
            }
            try await Task.sleep(for: Self.pause)
        }
    }
}
