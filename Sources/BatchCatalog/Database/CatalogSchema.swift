import GRDB

/// The tables of the catalog, as a sequence of migrations.
///
/// Never change a released migration: add another one. Times are RFC 3339 text in UTC with six fraction digits, so that
/// text order is time order. `STRICT` tables reject values of other types.
enum CatalogSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 batches, runs, walked", migrate: createFirstTables)
        migrator.registerMigration("2 checksums of windows, order of listings", migrate: addChecksums)
        migrator.registerMigration("3 words of the glossary", migrate: renameStates)
        return migrator
    }

    /// Windows without a checksum cannot be trusted, so the next run lists them again.
    private static func addChecksums(_ db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM walked;
                ALTER TABLE walked ADD COLUMN checksum TEXT;
                ALTER TABLE runs ADD COLUMN is_listing_ordered INTEGER NOT NULL DEFAULT 1;
                """
        )
    }

    /// Names states, columns and counts with the words of every other output.
    private static func renameStates(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE batches RENAME COLUMN withdrawn_at TO removed_at;
                ALTER TABLE batches RENAME COLUMN was_fetchable TO was_available;
                ALTER TABLE batches RENAME COLUMN settled_at TO finalized_at;
                ALTER TABLE batches RENAME COLUMN loss_told_at TO loss_reported_at;
                ALTER TABLE runs RENAME COLUMN walked_since TO listed_since;
                ALTER TABLE walked RENAME TO completed_windows;
                ALTER TABLE completed_windows RENAME COLUMN newest TO until;
                """
        )
        for (former, name) in [("waiting", "pending"), ("failing", "failed"), ("withdrawn", "removed")] {
            try db.execute(sql: "UPDATE batches SET state = ? WHERE state = ?", arguments: [name, former])
        }
        for (former, name) in [
            ("not_ended", "pending"), ("left_out", "skipped"), ("withdrawn", "removed"),
            ("postponed", "retry_scheduled"), ("at_risk", "expiring"),
        ] {
            try db.execute(
                sql: "UPDATE runs SET counts = replace(counts, ?, ?)",
                arguments: ["\"\(former)\":", "\"\(name)\":"]
            )
        }
    }

    /// Whether a database records the migrations of a catalog of this version or an earlier one.
    static func isCatalog(_ db: Database) throws -> Bool {
        try !migrator.appliedIdentifiers(db).isEmpty
    }

    /// Whether a database has the tables and columns of a catalog, and no others.
    ///
    /// The history of migrations alone does not prove it: a table or a column may have been removed.
    static func hasItsColumns(_ db: Database) throws -> Bool {
        try columns(of: db) == expectedColumns.get()
    }

    private static let expectedColumns = Result {
        let queue = try DatabaseQueue()
        try migrator.migrate(queue)
        return try queue.read(columns)
    }

    /// The columns with everything that decides which values they accept.
    private static func columns(of db: Database) throws -> Set<String> {
        try String.fetchSet(
            db,
            sql: """
                SELECT printf('%s.%s %s %d %d', t.name, c.name, c.type, c."notnull", c.pk)
                FROM sqlite_schema AS t JOIN pragma_table_xinfo(t.name) AS c
                WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE 'grdb%'
                """
        )
    }

    private static func createFirstTables(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE batches (
                    id TEXT NOT NULL PRIMARY KEY,
                    created_at TEXT NOT NULL,
                    status TEXT NOT NULL,
                    counts TEXT NOT NULL,
                    ended_at TEXT,
                    expires_at TEXT,
                    withdrawn_at TEXT,
                    last_seen_at TEXT,
                    was_fetchable INTEGER NOT NULL,
                    state TEXT NOT NULL,
                    attempts INTEGER NOT NULL,
                    last_error TEXT,
                    next_try_at TEXT,
                    request_ids TEXT NOT NULL,
                    settled_at TEXT,
                    loss_told_at TEXT
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX batches_by_state ON batches (state, created_at, id);
                CREATE TABLE runs (
                    number INTEGER NOT NULL PRIMARY KEY,
                    command TEXT NOT NULL,
                    arguments TEXT NOT NULL,
                    version TEXT NOT NULL,
                    started_at TEXT NOT NULL,
                    finished_at TEXT,
                    walked_since TEXT,
                    counts TEXT NOT NULL,
                    exit_status INTEGER,
                    error TEXT
                ) STRICT;
                CREATE TABLE walked (
                    origin TEXT NOT NULL,
                    workspace_id TEXT,
                    since TEXT,
                    newest TEXT NOT NULL
                ) STRICT;
                """
        )
    }
}
