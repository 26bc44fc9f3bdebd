import Synchronization
import SystemPackage

/// The standard output of the process; nothing else writes to it.
///
/// The lock protects `hasWritten` and keeps the bytes of one call together.
final class StandardOutput: Sendable {
    private let hasWritten = Mutex(false)

    /// Writes all bytes.
    ///
    /// - Throws: ``CommandFailure/outputClosed`` if the reader of a pipe closed it after it had received something, as
    ///   `head` does; ``CommandFailure/unwritableOutput(_:)`` for any other error, also if it never had a reader.
    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        try hasWritten.withLock { hasWritten throws(CommandFailure) in
            var rest = bytes[...]
            while !rest.isEmpty {
                do throws(Errno) {
                    rest = rest.dropFirst(try Terminal.writeOutput(rest))
                    hasWritten = true
                } catch {
                    throw error == .brokenPipe && hasWritten ? .outputClosed : .unwritableOutput(error)
                }
            }
        }
    }
}
