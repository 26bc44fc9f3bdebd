import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchJoin
import BatchPipeline
import BlockGzip
import Foundation
import JSONLines
import MessageBatches
import Tables

/// `batchkeep select`: selects rows and columns from raw results.
struct SelectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "select",
        abstract: "Select rows and columns of the archived results, offline.",
        discussion: """
            Columns are those of the flat table, date, text, thinking, tool_input, json_valid, or any path into the line. \
            usage.output_tokens and content[].type start at the message, error.error.type at the error, result.type \
            and $.custom_id at the line. [0] selects one element, [] all of them.

            Conditions are column=value, !=, <, <=, >, >=, ~regex, !~regex and 'column in a,b'; null is a missing \
            value.

            A group by model adds up whole requests at the model of the message. In summarize --by model, the tokens of an \
            advisor belong to the advisor's model.

            A group with a request that has no price has no sum of cost_usd. A note counts these requests by model.

            With --join, columns, conditions and groups may also name columns of the sources: label, or labels.label for \
            the column of labels.csv if the results or another source have one with the same name.

            Examples:
              batchkeep select --result errored --columns custom_id,error_type,error_message --format csv
              batchkeep select --by model,stop_reason --columns output_tokens,cost_usd
              batchkeep select --join samples/metadata/satire-labels.csv --where 'usage.output_tokens>20' --columns label,text
            """
    )

    /// The format of the rows.
    enum Format: String, RowFormat {
        case table
        case json
        case ndjson
        case csv
        case tsv
        case markdown
        /// The lines as archived.
        case jsonlRaw = "jsonl-raw"
    }

    /// The order of the rows.
    enum Order: String, ExpressibleByArgument, CaseIterable {
        case archive
        case ready
    }

    @Option(help: ArgumentHelp("Print these columns, separated by commas.", valueName: "list"))
    var columns: String?

    @Option(help: ArgumentHelp("Select lines that meet this condition; may be repeated.", valueName: "condition"))
    var `where`: [String] = []

    @Option(help: ArgumentHelp("Select lines of this result type; may be repeated.", valueName: "type"))
    var result: [String] = []

    @Flag(help: "Select usable answers: complete, with text or a tool call.")
    var usable = false

    @Flag(help: "Select lines without a usable answer.")
    var unusable = false

    @Option(help: .expect)
    var expect: AnswerExpectation?

    @Option(help: .fingerprint("Select lines with the error"))
    var fingerprint: [String] = []

    @Option(help: ArgumentHelp("Count lines and add up --columns by these columns.", valueName: "list"))
    var by: String?

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @Option(help: ArgumentHelp("Print a random sample of this many lines.", valueName: "n"))
    var sample: Int?

    @Option(help: ArgumentHelp("Choose the sample: the same seed gives the same sample.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Stop after this many rows.", valueName: "n"))
    var limit: Int?

    @Option(
        help: ArgumentHelp(
            "Print rows by day, batch and line (archive), or as they are read (ready).",
            valueName: "order"
        )
    )
    var order: Order = .archive

    @OptionGroup var format: FormatOptions<Format>

    @OptionGroup(title: "Sources")
    var join: JoinOptions

    @OptionGroup(title: "Privacy")
    var redaction: RedactionOptions

    @OptionGroup var prices: PriceOptions

    @OptionGroup(title: "Archive")
    var archive: ArchivePathOption

    func run() async throws {
        let context = CommandContext.current
        let format = try format.resolved(outputIsTerminal: context.outputIsTerminal)
        try checkOptions(format)
        let digest = try redaction.digest()
        let window = try window.window(now: context.now())
        var sources = try SelectionSources(join)
        let prices = try prices.source()
        func makePlan() throws -> SelectionPlan {
            try sources.withNames { try SelectionPlan(self, format, prices: prices, digest, $0) }
        }
        // Invalid names are reported before a missing archive, unless the batches are needed to know the columns.
        let early = try sources.arePerBatch ? nil : makePlan()
        let archives = try archive.archives()
        try await sources.list(archives, window, ids: self.window.ids, context)
        var plan = try early ?? makePlan()
        if !fingerprint.isEmpty {
            let selection = ArchiveSelection(window, ids: self.window.ids)
            let statistics = try ArchiveStatistics(path: archive.path, selection: selection)
            plan.select(try await statistics.fingerprints(fingerprint))
        }
        var output = SelectionOutput(plan, context: context, limit: limit)
        try output.begin()
        var errors = ScanErrors(context: context)
        sources.report(plan, in: context)
        var failures: Set<ExitStatus> = []
        var found = BatchValues()
        var hasPruned = false
        for archive in archives {
            guard !output.isFull else { break }
            let listing = try await archive.manifests(window, ids: self.window.ids)
            errors.report(listing.unreadable)
            for manifest in listing.manifests { found.add(manifest) }
            let wanted = listing.manifests.filter { plan.filter.canPass($0.contents) }
            hasPruned = hasPruned || wanted.contains(where: \.lacksRaw)
            errors.notePruned(wanted)
            errors.noteOutdated(wanted, pricedBy: plan.prices)
            for part in sources.parts(of: wanted) where !output.isFull {
                do {
                    let rows = try sources.rows(for: part, plan)
                    try await scan(part, in: archive, by: plan, rows, to: &output, &errors)
                } catch let failure as JoinFailure where sources.arePerBatch {
                    failures.insert(sources.report(failure, ofBatch: part[0].batch.id, in: context))
                }
            }
        }
        try sources.checkUnchanged()
        try output.finish()
        let isComplete = found.ids.isSuperset(of: self.window.batch) && found.types.isSuperset(of: result)
        if !errors.isDamaged, !output.hasRows || (!isComplete && !output.isFull) {
            let selection = ArchiveSelection(window, ids: self.window.ids)
            var reasons = EmptyResult(selection: selection, types: Set(result), conditions: plan.filter.conditions)
            // The lines of a pruned batch were not searched, so nothing is known of them.
            reasons.filters = hasPruned ? [] : filters
            try await reasons.explain(in: archives, isEmpty: !output.hasRows, context)
        }
        output.reportMissingPaths(archivePath: archive.path)
        if errors.isDamaged { failures.insert(.integrity) }
        if !failures.isEmpty { throw CommandExit(status: .combined(failures)) }
    }

    /// The options that filter lines, as the user wrote them.
    private var filters: [String] {
        result.map { "--result \($0)" } + (usable ? ["--usable"] : []) + (unusable ? ["--unusable"] : [])
            + fingerprint.map { "--fingerprint \($0)" } + self.where
    }

    private func scan(
        _ manifests: [Manifest],
        in archive: ArchiveFolders.Entry,
        by plan: SelectionPlan,
        _ rows: SourceRows?,
        to output: inout SelectionOutput,
        _ errors: inout ScanErrors
    ) async throws {
        let scan = ArchiveScan(
            archive.folder,
            codec: try CodecChoice.auto.codec(),
            inFlight: 4 * ProcessInfo.processInfo.activeProcessorCount,
            isOrdered: order == .archive
        )
        try await scan.run(
            manifests,
            work: { block, manifest in plan.work(block, manifest, rows) },
            consume: { try output.add($0) },
            damaged: { failure, _ in errors.report([failure]) }
        )
    }

    private func checkOptions(_ format: Format) throws(CommandFailure) {
        let known = ResultType.known.map(\.name)
        for name in result where !known.contains(name) {
            // A type that this version does not know may occur in an archive, unless it is a misspelled one.
            if let nearest = NearestName.of(name, in: known) { throw .misspelledResultType(name, nearest: nearest) }
        }
        if usable, unusable { throw .conflict("--usable, --unusable: cannot be used together") }
        if let sample { try check(sample, 1...10_000_000, "--sample") }
        if let limit { try check(limit, 1...Int.max, "--limit") }
        if by != nil, sample != nil { throw .conflict("--by: counts all lines, so it cannot be used with --sample") }
        if format == .jsonlRaw, redaction.isWanted {
            throw .conflict("--format jsonl-raw: prints whole lines, so it cannot be used with --redact")
        }
        if format == .jsonlRaw, columns != nil || by != nil {
            throw .conflict("--format jsonl-raw: prints whole lines, so it cannot be used with --columns or --by")
        }
    }
}

/// The IDs and result types of the batches that a selection has read.
private struct BatchValues {
    private(set) var ids: Set<String> = []
    private(set) var types: Set<String> = []

    mutating func add(_ manifest: Manifest) {
        ids.insert(manifest.batch.id)
        types.formUnion(manifest.found.filter { $0.value > 0 }.keys)
    }
}

extension Manifest {
    /// The contents of the batch according to its manifest.
    ///
    /// If no line can match, its file is not opened.
    var contents: BatchContents {
        BatchContents(
            batchID: batch.id,
            day: batch.day,
            found: found,
            models: summary(ModelSummary.self),
            stopReasons: summary(StopReasonSummary.self)
        )
    }
}
