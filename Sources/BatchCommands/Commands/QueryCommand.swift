import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchCatalog
import BatchPipeline
import Foundation
import Tables

/// `batchkeep query`: runs an SQL query over the flat rows.
struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Query results, batches, errors and runs with SQL, read-only.",
        discussion: """
            Rows are kept in results.sqlite in the archive, which is updated before each query and can be removed at \
            any time. Named queries: \(NamedQuery.all.map { "\($0.name) (\($0.meaning))" }.joined(separator: ", ")).

            A row has the tokens and the cost of a whole request, at the model of its message. In summarize --by model, \
            the tokens of an advisor belong to the advisor's model.

            Examples:
              batchkeep query 'SELECT error_class, count(*) AS requests FROM errors GROUP BY 1'
              batchkeep query --named cost-by-day
              batchkeep query --schema
            """
    )

    @Argument(help: ArgumentHelp("The query.", valueName: "sql"))
    var sql: String?

    @Option(help: ArgumentHelp("Run a named query instead.", valueName: "name"))
    var named: String?

    @Flag(help: "Print the tables and columns.")
    var schema = false

    @Option(help: ArgumentHelp("Stop after this many rows.", valueName: "n"))
    var limit: Int?

    @OptionGroup var format: FormatOptions<TableFormat>

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    @OptionGroup(title: "Archive")
    var archive: ArchivePathOption

    func run() async throws {
        let context = CommandContext.current.quiet(quiet)
        let format = try format.resolved(outputIsTerminal: context.outputIsTerminal)
        if schema { return try context.print(ResultIndexSchema.description) }
        let sql = try query()
        if let limit { try check(limit, 1...Int.max, "--limit") }
        let archives = try archive.archives()
        guard archives.count == 1, let source = archives.first else {
            throw CommandFailure.conflict(
                "--archive: contains several archives, but a query reads one: use a folder workspace=NAME"
            )
        }
        let isDamaged = try await fillIndex(of: source.folder, context)
        if try ArchiveReader(source.folder).archivedDays().isEmpty {
            try await EmptyResult(selection: ArchiveSelection()).explain(in: archives, context)
        }
        let runs = try await runs(of: source.folder, for: sql, context)
        let index = try IndexQuery(at: ResultIndex.path(in: source.folder), runs: runs)
        ScanErrors(context: context).noteOutdated(try index.outdatedBatches())
        var output = QueryOutput(format, context: context)
        try index.run(sql, limit: limit ?? .max) { try output.add(columns: $0, rows: $1) }
        try output.finish()
        if isDamaged { throw CommandExit(status: .integrity) }
    }

    /// Adds new batches to the index.
    ///
    /// - Returns: Whether a file could not be read.
    private func fillIndex(of folder: ArchiveFolder, _ context: CommandContext) async throws -> Bool {
        var board = LiveBoard(context: context)
        let filling = IndexUpdate(folder: folder, clock: context.clock) { event in
            switch event {
            case .waiting(let failure):
                context.note("\(FailureText(failure).sentence); waiting for it to end")
            case .damaged:
                context.report(.warning, "result index damaged: it is rebuilt from the flat files")
            case .indexed(let rows, let batches, let total):
                guard context.notesAreTerminal else { return }
                board.show(["Indexing: batch \(batches) of \(total), \(rows.displayText) rows"], at: context.now())
            }
        }
        let unreadable = try await filling.run()
        board.clear()
        var errors = ScanErrors(context: context)
        errors.report(unreadable)
        return errors.isDamaged
    }

    /// The runs in the catalog of the archive, for a query that uses the table of runs.
    private func runs(
        of folder: ArchiveFolder,
        for sql: String,
        _ context: CommandContext
    ) async throws -> [CatalogRun] {
        guard sql.range(of: "runs", options: .caseInsensitive) != nil else { return [] }
        let path = folder.path(Catalog.fileName)
        guard FileManager.default.fileExists(atPath: path) else {
            context.report(.warning, "\(Catalog.fileName) not found: the table runs is empty")
            return []
        }
        let catalog = try await CatalogFile(folder: folder) { context.report(.warning, FailureText.text(of: $0)) }
            .openForReading()
        return try catalog.runs(last: .max)
    }

    private func query() throws(CommandFailure) -> String {
        switch (sql, named) {
        case (let sql?, nil): return sql
        case (nil, let name?):
            guard let query = NamedQuery.all.first(where: { $0.name == name }) else {
                throw .unknownNamedQuery(name)
            }
            return query.sql
        case (nil, nil): throw .conflict("missing query: use SQL text, --named or --schema")
        case (.some, .some): throw .conflict("--named: cannot be used together with SQL text")
        }
    }
}
