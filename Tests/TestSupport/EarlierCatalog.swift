/// SQL that gives a catalog the form of an earlier version.
package enum EarlierCatalog {
    /// Undoes the third migration, except for the names in the columns `state` and `counts`.
    package static let undoRenaming = """
        ALTER TABLE batches RENAME COLUMN removed_at TO withdrawn_at;
        ALTER TABLE batches RENAME COLUMN was_available TO was_fetchable;
        ALTER TABLE batches RENAME COLUMN finalized_at TO settled_at;
        ALTER TABLE batches RENAME COLUMN loss_reported_at TO loss_told_at;
        ALTER TABLE runs RENAME COLUMN listed_since TO walked_since;
        ALTER TABLE completed_windows RENAME COLUMN until TO newest;
        ALTER TABLE completed_windows RENAME TO walked;
        DELETE FROM grdb_migrations WHERE identifier LIKE '3 %';
        """
}
