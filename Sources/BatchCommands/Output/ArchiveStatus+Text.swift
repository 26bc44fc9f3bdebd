import BatchCatalog
import MessageBatches
import Tables

extension ArchiveStatus {
    /// The status as text for people: the counts, a table for each state that needs attention, then the last runs.
    func text(style: TerminalStyle) -> String {
        var parts = [block.render(style: style)]
        for table in [expiringTable, unfinishedTable, quarantinedTable, lostTable, runTable] where !table.rows.isEmpty {
            parts.append(TableFormat.table.render(table, style: style))
        }
        return parts.joined(separator: "\n")
    }

    private var block: SummaryBlock {
        SummaryBlock(
            title: "Archive \(archive)",
            sections: [
                SummaryBlock.Section(
                    "Batches",
                    [
                        Metric("archived", .integer(count(.archived)), .integer, tone: .good),
                        Metric(
                            "pending",
                            .integer(count(.pending, .new)),
                            .integer,
                            note: "not finished processing, or not tried yet"
                        ),
                        Metric(
                            "partial",
                            .integer(count(.partial)),
                            .integer,
                            tone: .warning,
                            note: "resumed by the next run"
                        ),
                        Metric("failed", .integer(count(.failed)), .integer, tone: .warning),
                        Metric("unavailable", .integer(count(.unavailable)), .integer, tone: .warning),
                        Metric("quarantined", .integer(quarantined.count), .integer, tone: .bad),
                        Metric("expiring", .integer(expiring.count), .integer, tone: .bad, note: "few days left"),
                        Metric("lost", .integer(lost.count), .integer, tone: .bad),
                        Metric(
                            "removed",
                            .integer(count(.removed)),
                            .integer,
                            note: "by the API, before this archive saw them"
                        ),
                    ]
                )
            ],
            notes: (counts.isEmpty && runs.isEmpty ? ["Nothing is known yet: batchkeep export fills the archive."] : [])
                + pending.sentences(archivePath: archive)
        )
    }

    private static let id = Column("batch_id", "Batch", canShrink: false)

    private var expiringTable: Table {
        Table(
            caption: "Expiring",
            columns: [
                Self.id, Column("state", "State", canShrink: false),
                Column("days_left", "Days left", kind: .decimal(places: 1)), Column("last_error", "Last error"),
            ],
            rows: expiring.map { row in
                [.text(row.id), .text(row.state.rawValue), .decimal(row.daysLeft(at: now)), .text(row.lastError)]
            }
        )
    }

    private var unfinishedTable: Table {
        Table(
            caption: "Not archived yet",
            columns: [Self.id, Column("state", "State", canShrink: false)] + Self.tries,
            rows: unfinished.map { row in [.text(row.id), .text(row.state.rawValue)] + Self.tries(of: row) }
        )
    }

    private var quarantinedTable: Table {
        Table(
            caption: "Quarantined",
            columns: [Self.id] + Self.tries,
            rows: quarantined.map { row in [.text(row.id)] + Self.tries(of: row) },
            notes: ["The data lies in \(archive)/_quarantine; batchkeep retry-quarantine fetches it anew."]
        )
    }

    private static let tries = [
        Column("attempts", "Runs", kind: .integer), Column("next_try_at", "Next try", kind: .timestamp),
        Column("last_error", "Last error"),
    ]

    private static func tries(of row: CatalogBatch) -> [Cell] {
        [.integer(row.attempts), .timestamp(row.nextTryAt), .text(row.lastError)]
    }

    private var lostTable: Table {
        Table(
            caption: "Lost",
            columns: [
                Self.id, Column("created_at", "Created", kind: .timestamp),
                Column("lost_at", "Found", kind: .timestamp),
                Column("requests", "Requests", kind: .integer), Column("succeeded", "Succeeded", kind: .integer),
                Column("last_error", "Last error"),
            ],
            rows: lost.map { row in
                [
                    .text(row.id), .timestamp(row.createdAt), .timestamp(row.finalizedAt), .integer(row.counts.total),
                    .integer(row.counts[.succeeded]), .text(row.lastError),
                ]
            }
        )
    }

    private var runTable: Table {
        Table(
            caption: "Last runs",
            columns: [
                Column("started_at", "Started", kind: .timestamp), Column("command", "Command", canShrink: false),
                Column("exit_status", "Status", kind: .integer),
                Column("archived_now", "Archived", kind: .integer), Column("failed", "Failed", kind: .integer),
                Column("quarantined", "Quarantined", kind: .integer),
                Column("retry_scheduled", "Retry scheduled", kind: .integer), Column("error", "Error"),
            ],
            rows: runs.map { run in
                [
                    .timestamp(run.startedAt), .text(run.command), .integer(run.exitStatus.map { Int($0) }),
                    .integer(run.counts["archived_now"]),
                    .integer(run.counts["failed"].map { $0 + (run.counts["unavailable"] ?? 0) }),
                    .integer(run.counts["quarantined"]), .integer(run.counts["retry_scheduled"]),
                    .text(run.finishedAt == nil ? "did not come to its end" : run.error),
                ]
            }
        )
    }
}
