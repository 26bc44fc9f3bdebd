import ArgumentParser
import BatchArchive
import MessageBatches

/// The option that sets how long to wait while another run has locked the archive.
struct LockOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Wait this long for another run to finish, such as 30s or 10m (default: do not wait).",
            valueName: "time"
        )
    )
    var wait: String?

    /// The pause between two attempts to lock the archive.
    private static let pause = Duration.milliseconds(250)

    /// The time to wait in seconds.
    func seconds() throws(CommandFailure) -> Int64 {
        try TimeSpan(wait, "--wait", allowsZero: true)?.seconds ?? 0
    }

    /// Locks the archive for the running command.
    ///
    /// Waits up to the allowed time until the lock is free.
    ///
    /// - Throws: ``ArchiveFailure`` with the cause `busy` if the archive stays locked; `CancellationError` if the
    ///   command is canceled.
    func acquire(_ folder: ArchiveFolder, context: CommandContext) async throws -> ArchiveLock {
        let holder = LockHolder.current(in: context)
        let clock = ContinuousClock()
        let end = clock.now + .seconds(try seconds())
        var hasReported = false
        while true {
            do throws(ArchiveFailure) {
                return try ArchiveLock(folder, as: holder)
            } catch {
                guard case .busy = error.cause, clock.now < end else { throw error }
                if !hasReported { context.note("\(FailureText(error).sentence); waiting for it to end") }
                hasReported = true
            }
            try await Task.sleep(for: Self.pause)
        }
    }
}
