import BatchArchive
package import BatchPipeline
package import MessageBatches
package import Tables

/// The ranked errors of a window, next to those of the window of the same length before it.
package struct ErrorTrend: Sendable {
    private let errors: RollUp
    /// The errors of the window before; nil if the window has no start.
    private let before: RollUp?
    /// The names of the archives if there are several, because `retry` works on one.
    private let sources: Set<String>
    /// The options with which a command finds the same batches, in all archives or in the one with a name.
    private let options: @Sendable (_ source: String?) -> String
    /// The classes of the errors to show; nil shows all.
    package var classes: Set<ErrorClass>?
    /// The errors to show; nil shows all.
    package var fingerprints: FingerprintSelection?

    /// Creates the trend of roll-ups by ``RollUp/errorGrouping(of:)``.
    ///
    /// `sources` are the names of the archives if there are several.
    package init(
        errors: RollUp,
        before: RollUp? = nil,
        sources: Set<String> = [],
        options: @escaping @Sendable (_ source: String?) -> String
    ) {
        self.errors = errors
        self.before = before
        self.sources = sources
        self.options = options
    }

    private struct Row {
        var fingerprint: ErrorFingerprint?
        var measures: ErrorMeasures
    }

    /// The rows by descending count, then by descending cost at stake.
    ///
    /// The row for all other errors is last.
    private var ranked: [Row] {
        let rows = errors.rankedErrors.map { Row(fingerprint: $0.fingerprint, measures: $0.measures) }.filter(isShown)
        let known = rows.filter { $0.fingerprint != nil }
            .sorted { left, right in
                let (leftCount, rightCount) = (left.measures.tally.count, right.measures.tally.count)
                let (leftCost, rightCost) = (left.measures.costAtStake, right.measures.costAtStake)
                return leftCount != rightCount ? leftCount > rightCount : leftCost ?? .zero > rightCost ?? .zero
            }
        return known + rows.filter { $0.fingerprint == nil }
    }

    private func isShown(_ row: Row) -> Bool {
        if let classes, !classes.contains(row.measures.tally.errorClass) { return false }
        guard let fingerprints else { return true }
        return row.fingerprint.map { fingerprints.contains($0) } ?? false
    }

    /// The number of errors.
    package var count: Int {
        errors.rankedErrors.reduce(0) { $0.addingClamped($1.measures.tally.count) }
    }

    /// The number of rows of a table without a limit.
    package var rowCount: Int { ranked.count }

    /// The number of errors of the classes and fingerprints to show.
    package var shownCount: Int {
        ranked.reduce(0) { $0.addingClamped($1.measures.tally.count) }
    }

    /// The number of errors without a row of their own that can match the classes and fingerprints to show.
    package var otherCount: Int {
        guard let other = errors.rankedErrors.last, other.fingerprint == nil else { return 0 }
        guard let classes else { return other.measures.tally.count }
        return classes.reduce(0) { $0.addingClamped(other.measures.tally[$1]) }
    }

    /// The sentence about errors without a row of their own, and the command that finds them; nil if there are none.
    package var otherSentence: String? {
        guard otherCount > 0 else { return nil }
        let ids = fingerprints?.ids.sorted().map { " --fingerprint \($0)" }.joined()
        let (what, rest) =
            ids.map { ("search all results", "select\(options(nil))\($0)") }
            ?? ("list all", "summarize\(options(nil)) --by error --scan")
        return """
            Summaries keep a limited number of errors, and \(RollUp.other) has the rest. To \(what), run \
            `batchkeep \(rest)`.
            """
    }

    /// Returns the table with at most `limit` fingerprints, and the row of all other errors.
    ///
    /// Notes count the errors that are not shown.
    package func table(limit: Int, forPeople: Bool, notes: [String] = []) -> Table {
        let all = ranked
        let named = all.prefix { $0.fingerprint != nil }
        let rows = named.prefix(limit) + all.dropFirst(named.count)
        var columns = Self.columns
        if before == nil { columns.removeAll { ["requests_before", "change"].contains($0.key) } }
        if forPeople {
            columns.removeAll { ["sample_request_id", "command", "fingerprint"].contains($0.key) }
            columns.insert(Column("fingerprint", "Fingerprint", canShrink: false, weight: .important), at: 0)
        }
        let idLength = forPeople ? shortIDLength : ErrorFingerprint.idLength
        let left = all.count - rows.count
        var allNotes = [otherSentence].compactMap(\.self) + notes
        if left > 0 {
            allNotes.insert("\(left.counted("error is", "errors are")) not shown; --limit shows more.", at: 0)
        }
        if forPeople { allNotes = advice(all) + allNotes }
        return Table(
            caption: "Errors by fingerprint",
            columns: columns,
            rows: rows.map { row in columns.map { cell($0.key, row, idLength: idLength) } },
            notes: allNotes
        )
    }

    private static let columns = [
        Column("requests", "Requests", kind: .integer, weight: .important),
        Column("requests_before", "Before", kind: .integer),
        Column("change", "Change", kind: .percent),
        Column("cost_at_stake_usd", "Cost at stake", kind: .money),
        Column("error_class", "Action", canShrink: false, weight: .important),
        Column("error_type", "Type", canShrink: false, weight: .important),
        Column("error_message", "Message", isBelow: true),
        Column("sample_custom_id", "Example", weight: .detail),
        Column("first_seen", "First seen", kind: .timestamp, weight: .detail),
        Column("last_seen", "Last seen", kind: .timestamp, weight: .detail),
        Column("sample_request_id", "Request ID", canShrink: false),
        Column("command", "Command"),
        Column("fingerprint", "Fingerprint", canShrink: false),
    ]

    /// The number of digits that are enough to distinguish the fingerprints, at least eight.
    private var shortIDLength: Int {
        let ids = errors.rankedErrors.compactMap { $0.fingerprint?.id }
        return (8...ErrorFingerprint.idLength).first { length in Set(ids.map { $0.prefix(length) }).count == ids.count }
            ?? ErrorFingerprint.idLength
    }

    private func cell(_ column: String, _ row: Row, idLength: Int) -> Cell {
        let tally = row.measures.tally
        return switch column {
        case "fingerprint": .text((row.fingerprint?.id.prefix(idLength)).map(String.init) ?? RollUp.other)
        case "requests": .integer(tally.count)
        case "requests_before": .integer(previous(row))
        case "change": change(row)
        case "cost_at_stake_usd": .money(row.measures.costAtStake)
        case "error_class": .text(tally.errorClass.rawValue)
        case "error_type": .text(row.fingerprint?.type.text)
        case "error_message": .text(row.fingerprint?.message)
        case "sample_custom_id": .text(tally.samples.first?.customID.text)
        case "first_seen": .timestamp(tally.firstSeen)
        case "last_seen": .timestamp(tally.lastSeen)
        case "sample_request_id":
            .text(tally.samples.first.flatMap { $0.requestID.text.isEmpty ? nil : $0.requestID.text })
        default: .text(commands(row).joined(separator: " && "))
        }
    }

    private func previous(_ row: Row) -> Int? {
        guard let before else { return nil }
        guard let fingerprint = row.fingerprint else {
            return before.rankedErrors.first { $0.fingerprint == nil }?.measures.tally.count ?? 0
        }
        return before.errorCount(fingerprint)
    }

    /// The relative change since the window before; missing if there were no such errors.
    private func change(_ row: Row) -> Cell {
        guard let previous = previous(row), previous > 0 else { return .missing }
        return .decimal(Double(row.measures.tally.count - previous) / Double(previous))
    }

    /// The commands that retry the errors of a row, one per archive that has them.
    private func commands(_ row: Row) -> [String] {
        guard let fingerprint = row.fingerprint else { return commands(row.measures.tally.errorClass) }
        return commands("--fingerprint \(fingerprint.id)", in: errors.workspaces { key, _ in key == fingerprint })
    }

    /// The commands that retry the errors of a class, one per archive that has them.
    private func commands(_ errorClass: ErrorClass) -> [String] {
        let selection = errorClass == .retry ? "" : "--include \(errorClass.rawValue)"
        return commands(selection, in: errors.workspaces { $1.tally[errorClass] > 0 })
    }

    /// The path of the requests is an example, because only the user knows where they are.
    private func commands(_ selection: String, in workspaces: Set<String>) -> [String] {
        let selection = selection.isEmpty ? "" : " \(selection)"
        let names: [String?] = workspaces.intersection(sources).sorted()
        return (names.isEmpty ? [nil] : names)
            .map { "batchkeep retry\(options($0))\(selection) --join 'requests/{batch_id}.jsonl'" }
    }

    /// The advice about the errors to show, without commands.
    package var adviceWithoutCommands: [String] { advice(ranked, showsCommands: false) }

    /// Returns a sentence for each class among the rows, with its commands, and one about a single error.
    private func advice(_ rows: [Row], showsCommands: Bool = true) -> [String] {
        let classes = Set(rows.map(\.measures.tally.errorClass))
        let advice = ErrorClass.allCases.filter(classes.contains)
            .flatMap { errorClass in
                let first =
                    switch errorClass {
                    case .retry: "retry: the same requests may succeed"
                    case .fixInput: "fix_input: correct the requests first"
                    case .fixAccount: "fix_account: fix credit, limits or permissions first"
                    }
                return [first] + (showsCommands ? commands(errorClass).map { "  " + $0 } : [])
            }
        let isSeveral = rows.count > 1 && rows[0].fingerprint != nil
        return advice + (isSeveral ? ["one error only: add --fingerprint with its fingerprint to retry or select"] : [])
    }
}

extension RollUp {
    /// The grouping of an ``ErrorTrend``, with the workspace if there are several archives.
    package static func errorGrouping(of sources: Set<String>) -> Grouping {
        Grouping(by: sources.isEmpty ? [] : [.workspace], .error)
    }

    /// The workspaces with an error, or with errors without a row, that meet a condition.
    ///
    /// Works only for ``errorGrouping(of:)``; empty without the workspace.
    fileprivate func workspaces(_ isWanted: (ErrorFingerprint?, ErrorMeasures) -> Bool) -> Set<String> {
        let found = groups.filter { _, group in
            group.errors.rows.contains { isWanted($0.key, $0.value) } || isWanted(nil, group.errors.other)
        }
        return Set(found.keys.compactMap { if case .text(let name)? = $0.first { name } else { nil } })
    }
}

extension ArchiveStatistics {
    /// The statistics of the window of the same length before the selected one.
    ///
    /// Nil if the window has no start or IDs are selected.
    package func periodBefore(now: Timestamp) -> ArchiveStatistics? {
        guard let since = selection.since, selection.ids == nil else { return nil }
        let length = (selection.until ?? max(now, since)).nanoseconds - since.nanoseconds
        var earlier = self
        earlier.selection.since = Timestamp(nanoseconds: since.nanoseconds - length)
        earlier.selection.until = since
        return earlier
    }

    /// Reads the errors of the selected batches, and of the window of the same length before them.
    ///
    /// `options` returns the options with which a command finds the same batches, in all archives or in the one with a
    /// name.
    package func errors(
        now: Timestamp,
        options: @escaping @Sendable (_ source: String?) -> String
    ) async throws -> Reading<ErrorTrend> {
        let sources = Set(archives.compactMap(\.source))
        let grouping = RollUp.errorGrouping(of: sources)
        let reading = try await rollUp(by: grouping)
        let before = try await periodBefore(now: now)?.rollUp(by: grouping)
        let trend = ErrorTrend(errors: reading.result, before: before?.result, sources: sources, options: options)
        var notice = reading.notice
        // Both windows list an unreadable manifest of the day on which one ends and the other starts.
        for failure in before?.notice.unreadable ?? [] where !notice.unreadable.contains(failure) {
            notice.unreadable.append(failure)
        }
        return Reading(trend, notice)
    }
}
