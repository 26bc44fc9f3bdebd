package import BatchPipeline

/// What a run of joins did.
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
    package var sides: [Side] = []
    /// What was found in each source.
    package var sources: [JoinSourceFindings] = []
    /// Rows of a source without batches that have results in several batches of the run.
    package var sharedKeys = 0

    /// The figures of one side over all batches.
    package struct Side: Sendable, Hashable {
        package var name: String
        package var tally = JoinTally()
        package var duplicateKeys = 0
        package var skippedRows = 0
    }

    package init() {}

    /// Results or rows that miss their partner.
    package var unmatched: Int {
        sides.reduce(0) { $0 + $1.tally.resultsWithoutRow + $1.tally.rowsWithoutResult }
    }

    mutating func add(_ tally: JoinTally, to name: String) {
        sides[index(of: name)].tally += tally
    }

    mutating func add(_ findings: JoinSourceFindings, to name: String) {
        sides[index(of: name)].duplicateKeys += findings.duplicateKeys
        sides[index(of: name)].skippedRows += findings.skippedRows
        sources.append(findings)
    }

    private mutating func index(of name: String) -> Int {
        if let index = sides.firstIndex(where: { $0.name == name }) { return index }
        sides.append(Side(name: name))
        return sides.count - 1
    }
}
