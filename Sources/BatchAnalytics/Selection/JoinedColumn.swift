package import BatchPipeline

/// A column of a join source: its place in ``JoinedColumnNames``.
package struct JoinedColumn: Sendable, Hashable {
    /// The number of the source, from 0.
    package let source: Int
    /// The number of the column in the source, from 0.
    package let column: Int
}

/// Finds the values of join sources for the results of one block.
package protocol JoinedRows: AnyObject {
    /// The first error; the values after it are missing.
    var failure: (any Error)? { get set }

    /// Appends a value as JSON text on one line; `null` if no row has the ID of the result, or if the row has no value.
    ///
    /// `bytes` contains the line of the record.
    func append(_ column: JoinedColumn, of record: ResultRecord, in bytes: [UInt8], to output: inout [UInt8])
}

/// The columns of join sources, found by the names that a user gives them.
package struct JoinedColumnNames: Sendable, Hashable {
    /// A source and its columns.
    package struct Source: Sendable, Hashable {
        /// The name of the source in joined rows.
        package let name: String
        /// The names of the columns, without the key.
        package var columns: [String]
        /// Whether the columns are parts of requests, which contain text.
        package let holdsRequests: Bool

        /// Creates a source with the columns that are known so far.
        package init(name: String, columns: [String], holdsRequests: Bool) {
            (self.name, self.columns, self.holdsRequests) = (name, columns, holdsRequests)
        }
    }

    /// The sources in the order of the options.
    package private(set) var sources: [Source]

    /// Creates the names of some sources, which have different names.
    package init(_ sources: [Source] = []) {
        self.sources = sources
    }

    /// Adds sources and columns that are new; returns whether there were any.
    package mutating func add(_ others: [Source]) -> Bool {
        let before = self
        for other in others {
            guard let number = sources.firstIndex(where: { Self.areSame($0.name, other.name) }) else {
                sources.append(other)
                continue
            }
            for column in other.columns where !sources[number].columns.contains(where: { Self.areSame($0, column) }) {
                sources[number].columns.append(column)
            }
        }
        return self != before
    }

    /// All columns as `source.column`.
    package var qualified: [String] {
        sources.flatMap { source in source.columns.map { "\(source.name).\($0)" } }
    }

    /// The columns with a name, in any source, as `source.column`.
    package func qualified(_ name: String) -> [String] {
        columns(named: name).map { "\(sources[$0.source].name).\(name)" }
    }

    /// Whether the results have a column with this name, so that a source's column needs `source.column`.
    package func isOfResults(_ name: String) -> Bool {
        (try? SelectedColumn(name).isPath) == false
    }

    /// The column that a name means: `column`, or `source.column`; nil if no source has it.
    ///
    /// - Throws: ``SelectionFailure`` if several sources have the column, or if the source has no such column.
    func column(named name: String) throws(SelectionFailure) -> JoinedColumn? {
        let found = columns(named: name)
        guard found.count < 2 else { throw .ambiguousColumn(name, qualified(name)) }
        if let column = found.first { return column }
        var source: Source?
        for (number, candidate) in sources.enumerated() where name.utf8.starts(with: "\(candidate.name).".utf8) {
            let rest = name.utf8.dropFirst(candidate.name.utf8.count + 1)
            if let column = candidate.columns.firstIndex(where: { $0.utf8.elementsEqual(rest) }) {
                return JoinedColumn(source: number, column: column)
            }
            source = candidate
        }
        if let source { throw .unknownSourceColumn(name, source: source.name, columns: source.columns) }
        return nil
    }

    /// The longest name with a space or an operator in it with which a condition begins; nil if there is none.
    func name(atStartOf condition: String) -> String? {
        (sources.flatMap(\.columns) + qualified)
            .filter { name in
                guard name.contains(where: Condition.endsColumnName), condition.hasPrefix(name) else { return false }
                return condition.dropFirst(name.count).first.map(Condition.endsColumnName) ?? false
            }
            .max { $0.count < $1.count }
    }

    private func columns(named name: String) -> [JoinedColumn] {
        sources.enumerated()
            .flatMap { number, source in
                source.columns.indices.filter { Self.areSame(source.columns[$0], name) }
                    .map { JoinedColumn(source: number, column: $0) }
            }
    }

    /// Compares names by their bytes, as sources do.
    private static func areSame(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8)
    }
}
