package import BatchAnalytics
package import BatchArchive
package import BatchPipeline
import JSONLines

/// The join sources whose columns `select` prints next to those of the results.
package struct ColumnSources: Sendable {
    private let prepared: PreparedJoin

    /// Opens the sources for all batches.
    ///
    /// - Throws: ``JoinFailure`` if a source does not exist or cannot be read.
    package init(_ settings: JoinSettings) throws {
        var settings = settings
        // The names of all columns are collected only for flat rows.
        settings.form = .flat
        prepared = try PreparedJoin(settings)
    }

    /// Whether a source has one file per batch.
    ///
    /// Batches are then read one after the other, so that the indexes of only one are in memory.
    package var arePerBatch: Bool { prepared.settings.sources.contains(where: \.isPerBatch) }

    /// The problems in the sources for all batches.
    package var findings: [JoinSourceFindings] { prepared.sharedSources.map(\.findings) }

    /// The sources with `{batch_id}` of which no batch has a file.
    package func unmatchedPatterns(of ids: [String]) -> [UnmatchedPattern] {
        prepared.unmatchedPatterns(of: ids)
    }

    /// Checks that the sources for all batches are still the files that were opened.
    package func checkUnchanged() throws {
        for source in prepared.sharedSources { try source.content.checkUnchanged() }
    }

    /// Returns what `make` makes of the names of the columns.
    ///
    /// The columns of files per batch are added one batch at a time, until `make` finds the names that it needs. A file
    /// that cannot be read has no columns here.
    package func withNames<Result>(
        batches ids: [String],
        _ make: (JoinedColumnNames) throws -> Result
    ) throws -> Result {
        guard arePerBatch else { return try make(JoinedColumnNames(sources(ofBatch: ""))) }
        var names = JoinedColumnNames()
        var failure: (any Error)?
        for id in ids {
            guard let sources = try? sources(ofBatch: id), names.add(sources) else { continue }
            do {
                return try make(names)
            } catch let error as SelectionFailure {
                failure = error
            }
        }
        if let failure { throw failure }
        return try make(names)
    }

    private func sources(ofBatch id: String) throws -> [JoinedColumnNames.Source] {
        try prepared.relations(ofBatch: id)
            .map { relation in
                let holdsRequests = relation.sources.contains(where: \.holdsRequests)
                return JoinedColumnNames.Source(
                    name: relation.name,
                    columns: relation.columns,
                    holdsRequests: holdsRequests
                )
            }
    }

    /// The rows of the sources for one batch; without files per batch, the same for all batches.
    ///
    /// - Throws: ``JoinFailure`` if a file of the batch cannot be read.
    package func rows(ofBatch id: String, named names: JoinedColumnNames) throws -> SourceRows {
        SourceRows(try prepared.relations(ofBatch: id), named: names)
    }
}

/// The rows of join sources, found by the IDs of results.
package struct SourceRows: Sendable {
    fileprivate let relations: [JoinRelation]
    /// For each source of the names, its relation and the numbers of its columns there; nil for what does not exist.
    fileprivate let places: [(relation: Int, columns: [Int?])?]

    fileprivate init(_ relations: [JoinRelation], named names: JoinedColumnNames) {
        self.relations = relations
        places = names.sources.map { source in
            guard let number = relations.firstIndex(where: { $0.name == source.name }) else { return nil }
            let columns = relations[number].columns
            return (number, source.columns.map { name in columns.firstIndex { $0.utf8.elementsEqual(name.utf8) } })
        }
    }

    /// A reader for one block of the results that the manifest describes.
    package func reader(for manifest: Manifest) -> SourceRowFinder {
        SourceRowFinder(self, manifest)
    }
}

/// Finds the values of join sources for one block; one task uses it.
package final class SourceRowFinder: JoinedRows {
    private let rows: SourceRows
    private let joiner: Joiner
    /// The rows of the current result, each read when its first column is needed.
    private var contents: [JoinContent??]
    private var lineNumber = 0
    /// The first error; the values after it are missing.
    package var failure: (any Error)?

    fileprivate init(_ rows: SourceRows, _ manifest: Manifest) {
        self.rows = rows
        joiner = Joiner(kind: .left, form: .flat, relations: rows.relations, manifest: manifest)
        contents = Array(repeating: nil, count: rows.relations.count)
    }

    /// Appends a value as JSON text on one line; see ``JoinedRows``.
    package func append(_ column: JoinedColumn, of record: ResultRecord, in bytes: [UInt8], to output: inout [UInt8]) {
        if record.lineNumber != lineNumber {
            lineNumber = record.lineNumber
            for index in contents.indices { contents[index] = nil }
        }
        guard let place = rows.places[column.source], let number = place.columns[column.column] else {
            output += FlatValue.nullText
            return
        }
        let content = contents[place.relation] ?? content(of: place.relation, for: record, in: bytes)
        contents[place.relation] = .some(content)
        rows.relations[place.relation].appendValue(ofColumn: number, in: content, to: &output)
    }

    private func content(of relation: Int, for record: ResultRecord, in bytes: [UInt8]) -> JoinContent? {
        guard failure == nil else { return nil }
        let id = JSONString.keyBytes(bytes[record.customID.range], isEscaped: record.customID.isEscaped)
        do {
            return try joiner.match(of: id, in: rows.relations[relation])?.content
        } catch {
            failure = error
            return nil
        }
    }
}
