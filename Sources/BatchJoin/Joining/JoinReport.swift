package import BatchArchive

/// The counts and findings of a join run.
package struct JoinReport: Sendable {
    /// The number of joined batches.
    package var batches = 0
    /// The number of joined batches whose files did not change and were not written.
    package var unchanged = 0
    /// IDs of batches for which no source exists.
    package var withoutSource: [String] = []
    /// IDs of batches that were not joined and keep their joined files, because they have no raw file.
    package var withoutRaw: [String] = []
    /// The paths with `{batch_id}` that do not name a file of any batch.
    package var unmatchedPatterns: [UnmatchedPattern] = []
    /// The number of joined rows.
    package var rows = 0
    /// The size on disk of the joined files that were written, in bytes.
    package var storedBytes = 0
    /// The counts per relation, in the order of the sources.
    package var relations: [Relation] = []
    /// The findings in each source.
    package var sources: [JoinSourceFindings] = []
    /// The number of rows that have results in several batches, in sources that are not specific to a batch.
    package var sharedKeys = 0

    /// The manifests that could not be read.
    package var unreadable: [ArchiveFailure] = []
    /// The joins that failed.
    package var failures: [Failure] = []
    /// The sorted IDs of the selected batches that are still not joined, without those that have no source
    /// or no raw file.
    package var pending: [String] = []

    /// A join that failed.
    package struct Failure: Sendable {
        /// The batch; nil if the error concerns every batch.
        package var batchID: String?
        package var error: any Error
    }

    /// The counts of one relation over all batches.
    package struct Relation: Sendable, Hashable {
        package var name: String
        package var tally = JoinTally()
        package var duplicateKeys = 0
        package var skippedRows = 0
    }

    /// The number of results without a row and rows without a result.
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

/// The counts for one batch and one relation.
package struct JoinTally: Sendable, Hashable {
    /// The number of results that have a row.
    package var matched = 0
    package var resultsWithoutRow = 0
    /// The number of rows of this batch that have no result.
    package var rowsWithoutResult = 0

    static func += (sum: inout JoinTally, other: JoinTally) {
        sum.matched += other.matched
        sum.resultsWithoutRow += other.resultsWithoutRow
        sum.rowsWithoutResult += other.rowsWithoutResult
    }
}
