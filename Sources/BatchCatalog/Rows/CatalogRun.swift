package import MessageBatches

/// One run of a command on this archive.
package struct CatalogRun: Sendable, Hashable {
    /// Counts the runs from 1; 0 until the catalog has given a number.
    package var number: Int64 = 0
    package var command: String
    /// The command line behind the program's name, without secrets.
    package var arguments: [String]
    /// The version of the program.
    package var version: String
    package var startedAt: Timestamp
    /// Nil while it runs, and of a run that was killed.
    package var finishedAt: Timestamp?
    /// From which creation time on the listing was walked to its end; nil if it was not.
    package var walkedSince: Timestamp?
    /// The figures of its report by name.
    package var counts: [String: Int] = [:]
    package var exitStatus: Int32?
    /// What ended it before its end, as a sentence.
    package var error: String?

    package init(command: String, arguments: [String], version: String, startedAt: Timestamp) {
        self.command = command
        self.arguments = arguments
        self.version = version
        self.startedAt = startedAt
    }
}
