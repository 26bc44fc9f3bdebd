import GRDB

extension DatabaseQueue {
    /// A connection for reading to a database that is there.
    ///
    /// What a killed program left half written is taken back first. That needs a connection that may write; where this program may
    /// not, SQLite's refusal is the error.
    static func reading(_ path: String, _ configuration: Configuration) throws -> DatabaseQueue {
        var reading = configuration
        reading.readonly = true
        do {
            return try opened(path, reading)
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_READONLY_ROLLBACK {
            // With the caller's patience: another program may be at it.
            _ = try opened(path, configuration)
            return try opened(path, reading)
        }
    }

    /// A connection that has looked at the file.
    private static func opened(_ path: String, _ configuration: Configuration) throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        _ = try queue.read { try Int.fetchOne($0, sql: "PRAGMA schema_version") }
        return queue
    }
}
