import GRDB
package import MessageBatches

/// One run of a command on this archive.
package struct CatalogRun: Sendable, Hashable {
    /// The number of the run, from 1; 0 until the catalog assigns it.
    package var number: Int64 = 0
    package var command: String
    /// The command line after the program's name, without secrets.
    package var arguments: [String]
    /// The version of the program.
    package var version: String
    package var startedAt: Timestamp
    /// When the run ended; nil while it runs, and for a run that was killed.
    package var finishedAt: Timestamp?
    /// The creation time back to which the run read the listing; nil if it did not read that far.
    package var listedSince: Timestamp?
    /// The counts of its report, by name.
    package var counts: [String: Int] = [:]
    package var exitStatus: Int32?
    /// The error that stopped it early, as a sentence.
    package var error: String?
    /// Whether the listing was newest first; if not, the run read it to its end.
    package var isListingOrdered = true

    package init(command: String, arguments: [String], version: String, startedAt: Timestamp) {
        self.command = command
        self.arguments = Self.withoutSecrets(arguments)
        self.version = version
        self.startedAt = startedAt
    }

    /// Returns the arguments with URLs reduced to scheme and host, and without values that may contain a secret.
    ///
    /// A path or a query may be a secret, as in a ping URL, and so may the arguments of a command.
    package static func withoutSecrets(_ arguments: [String]) -> [String] {
        without(valuesOf: ["--header", "--key-command", "--notify-command"], arguments)
            .map { argument in
                guard let mark = argument.firstRange(of: "://") else { return argument }
                let authority = argument[mark.upperBound...].prefix { !"/?#".contains($0) }
                let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
                return String(argument[..<mark.upperBound] + host)
            }
    }

    /// Returns the arguments without the values of headers, for messages to the caller.
    package static func withoutHeaders(_ arguments: [String]) -> [String] {
        without(valuesOf: ["--header"], arguments)
    }

    /// Returns the arguments with `…` instead of the values of these options.
    private static func without(valuesOf options: Set<String>, _ arguments: [String]) -> [String] {
        var previous = ""
        return arguments.map { argument in
            defer { previous = argument }
            if options.contains(previous) { return "…" }
            guard let mark = argument.firstIndex(of: "="), options.contains(String(argument[..<mark])) else {
                return argument
            }
            return argument[...mark] + "…"
        }
    }
}

extension CatalogRun {
    /// Whether the options of the run name one of these options.
    private func hasOption(_ names: String...) -> Bool {
        arguments.contains { argument in names.contains { argument == $0 || argument.hasPrefix($0 + "=") } }
    }

    /// Whether the run listed the whole window that its options select, or one shard of it.
    package var hasListed: Bool {
        if listedSince != nil { return true }
        // A run that lists batches with an invalid object, or one shard, records no time.
        let isExport = !["retry-quarantine", "import"].contains(command) && !hasOption("--batch")
        guard isExport, error == nil, counts["listed", default: 0] > 0 else { return false }
        return isShard || counts["not_retrieved", default: 0] > 0
    }

    /// Whether the run listed one of several parts of the batches.
    package var isShard: Bool { hasOption("--shard") }
}

extension CatalogRun {
    private static let columns = [
        "number", "command", "arguments", "version", "started_at", "finished_at", "listed_since", "counts",
        "exit_status", "error", "is_listing_ordered",
    ]

    /// The statement that inserts a row or replaces the row with the same number; NULL as number assigns the next one.
    static let insertion =
        "INSERT OR REPLACE INTO runs (\(columns.joined(separator: ", "))) "
        + "VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))"

    /// The values, in the order of the columns.
    func values() throws -> StatementArguments {
        let beginning: [(any DatabaseValueConvertible)?] = [
            number == 0 ? nil : number, command, try ColumnJSON.text(arguments), version, startedAt.text,
        ]
        let end: [(any DatabaseValueConvertible)?] = [
            finishedAt?.text, listedSince?.text, try ColumnJSON.text(counts), exitStatus, error?.withoutNull,
            isListingOrdered,
        ]
        return StatementArguments(beginning + end)
    }

    init(_ reader: RowReader) throws(RowReader.InvalidColumn) {
        self.init(
            command: try reader.text("command"),
            arguments: try reader.json("arguments", as: [String].self),
            version: try reader.text("version"),
            startedAt: try reader.time("started_at")
        )
        number = Int64(try reader.number("number"))
        finishedAt = try reader.optionalTime("finished_at")
        listedSince = try reader.optionalTime("listed_since")
        counts = try reader.counts("counts")
        exitStatus = try reader.optionalNumber("exit_status").flatMap { Int32(exactly: $0) }
        error = try reader.optionalText("error")
        // Catalogs of earlier versions do not have the column.
        isListingOrdered = (try? reader.number("is_listing_ordered")) != 0
    }
}
