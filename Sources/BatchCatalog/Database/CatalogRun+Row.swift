import GRDB
import MessageBatches

extension CatalogRun {
    private static let columns = [
        "number", "command", "arguments", "version", "started_at", "finished_at", "walked_since", "counts",
        "exit_status", "error",
    ]

    /// Writes the row, in place of the one with its number; NULL as number takes the next one.
    static let insertion =
        "INSERT OR REPLACE INTO runs (\(columns.joined(separator: ", "))) "
        + "VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))"

    /// The values in the order of the columns.
    func values() throws -> StatementArguments {
        let beginning: [(any DatabaseValueConvertible)?] = [
            number == 0 ? nil : number, command, try ColumnJSON.text(arguments), version, startedAt.text,
        ]
        let end: [(any DatabaseValueConvertible)?] = [
            finishedAt?.text, walkedSince?.text, try ColumnJSON.text(counts), exitStatus, error,
        ]
        return StatementArguments(beginning + end)
    }

    init(_ reader: RowReader) throws(RowReader.Unusable) {
        self.init(
            command: try reader.text("command"),
            arguments: try reader.json("arguments", as: [String].self),
            version: try reader.text("version"),
            startedAt: try reader.time("started_at")
        )
        number = Int64(try reader.number("number"))
        finishedAt = try reader.optionalTime("finished_at")
        walkedSince = try reader.optionalTime("walked_since")
        counts = try reader.json("counts", as: [String: Int].self)
        exitStatus = reader.optionalNumber("exit_status").flatMap { Int32(exactly: $0) }
        error = reader.optionalText("error")
    }
}
