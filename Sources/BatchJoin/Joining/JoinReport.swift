package import BatchArchive

/// The result of a run of joins.
package struct JoinReport: Sendable {
    /// Batches that were joined.
    package var batches = 0
    /// Of these, batches whose joined files were the same already: nothing was written.
    package var unchanged = 0
    /// Batches for which no source has a file.
    package var withoutSource: [String] = []
    /// Joined rows.
    package var rows = 0
    /// Bytes of joined files on disk, written now.
    package var storedBytes = 0
    /// By name, in the order of the sources.
    package var relations: [Relation] = []
    /// What was found in each source.
    package var sources: [JoinSourceFindings] = []
    /// Rows of a source without batches that have results in several batches of the run.
    package var sharedKeys = 0

    /// Manifests that could not be read.
    package var unreadable: [ArchiveFailure] = []

    /// The figures of one relation over all batches.
    package struct Relation: Sendable, Hashable {
        package var name: String
        package var tally = JoinTally()
        package var duplicateKeys = 0
        package var skippedRows = 0
    }

    /// Results without a row, and rows without a result.
    package var unmatched: Int {
        relations.reduce(0) { $0 + $1.tally.resultsWithoutRow + $1.tally.rowsWithoutResult }
    }

    mutating func add(_ tally: JoinTally, to name: String) {
        relations[index(of: name)].tally += tally
    }

    mutating func add(_ findings: JoinSourceFindings, to name: String) {
        relations[index(of: name)].duplicateKeys += findings.duplicateKeys
        relations[index(of: name)].skippedRows += findings.skippedRows
        sources.append(findings)
    }

    private mutating func index(of name: String) -> Int {
        if let index = relations.firstIndex(where: { $0.name == name }) { return index }
        relations.append(Relation(name: name))
        return relations.count - 1
    }
}

/// The counts of a join of one batch with one relation.
package struct JoinTally: Sendable, Hashable {
    /// Results that have a row.
    package var matched = 0
    package var resultsWithoutRow = 0
    /// Rows of this batch that have no result.
    package var rowsWithoutResult = 0

    static func += (sum: inout JoinTally, other: JoinTally) {
        sum.matched += other.matched
        sum.resultsWithoutRow += other.resultsWithoutRow
        sum.rowsWithoutResult += other.rowsWithoutResult
    }
}
