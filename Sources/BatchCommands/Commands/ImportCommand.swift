import ArgumentParser
import BatchArchive
import BatchPipeline
import MessageBatches

/// `batchkeep import`: archives results files that were downloaded by other means.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Archive results files that were downloaded before, and prove that nothing is missing.",
        discussion: """
            A file is the results of one batch as the API, the Console or an SDK writes them, plain or compressed \
            with gzip. Its name contains the batch ID, as in msgbatch_…_results.jsonl. The batch objects come from \
            the API, which lists a batch long after it has removed the results.

            A file that does not match its batch object goes to _quarantine, with the reason. Archived batches are \
            skipped.

            Examples:
              batchkeep import samples/results/msgbatch_01afbUU922mgVvCfTnvHb3ij.jsonl
              batchkeep import --compare samples/results/*.jsonl
              batchkeep import --unproven --batch pilot_2023 --date 2023-11-04 samples/results/msgbatch_01uUuLF3e4jfm3J7xyS2sppt.jsonl
            """
    )

    @Argument(
        help: ArgumentHelp("The results files, one for each batch.", valueName: "file"),
        completion: .file(extensions: ["jsonl", "ndjson", "gz"]),
        transform: NamedValue.path
    )
    var files: [String]

    @Option(
        help: ArgumentHelp("Import the only file as the results of this batch.", valueName: "id"),
        transform: NamedValue.batchID
    )
    var batch: String?

    @Option(
        help: ArgumentHelp(
            "Read the batch objects from this file, which list --format ndjson wrote, not from the API.",
            valueName: "file"
        ),
        completion: .file(extensions: ["ndjson", "jsonl"]),
        transform: NamedValue.path
    )
    var batches: String?

    @Flag(help: "Report whether the lines of archived batches are those of their files, in any order.")
    var compare = false

    @Flag(help: "Archive files whose batch object is not available, without proof that they are complete.")
    var unproven = false

    @Option(
        help: ArgumentHelp(
            "Set the creation time of batches without a batch object (default: when the file was changed).",
            valueName: "time"
        )
    )
    var date: String?

    @OptionGroup var archive: ArchivePathOption

    @OptionGroup(title: HelpText.advanced)
    var compression: CompressionOptions

    @OptionGroup(title: HelpText.advanced)
    var lock: LockOptions

    @OptionGroup var format: FormatOptions<ReportFormat>

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    @OptionGroup var service: ServiceOptions

    @OptionGroup(title: HelpText.advanced)
    var connection: ConnectionOptions

    @OptionGroup(title: "Statistics")
    var prices: PriceOptions

    func run() async throws {
        let context = CommandContext.current
        try check()
        let observer = ExportProgress(context: context, isQuiet: quiet)
        let summary = try await RunCancellation.onSignal { cancellation in
            await ImportSession(self, observer: observer, cancellation: cancellation).run()
        }
        try context.end(with: summary.status) {
            if format.isJSON { try context.writeDocument(summary.document) }
        }
    }

    /// Checks the options before a file is read.
    private func check() throws(CommandFailure) {
        try format.check()
        try service.check()
        try connection.check()
        _ = try lock.seconds()
        if batch != nil, files.count != 1 { throw .conflict("--batch: can only be used with one file") }
        if date != nil, !unproven { throw .conflict("--date: can only be used with --unproven") }
    }

    /// The creation time of batches without a batch object; nil if it is that of their files.
    func createdAt(now: Timestamp) throws(CommandFailure) -> Timestamp? {
        guard let date else { return nil }
        return try TimeExpression.moment(date, "--date", now: now)
    }

    /// The batch objects of `--batches` by ID; nil without this option.
    func listedBatches() throws(CommandFailure) -> [String: MessageBatch]? {
        guard let batches else { return nil }
        guard let text = try InputFile.batchList.read(batches) else {
            throw .conflict("--batches: cannot read '\(batches)'")
        }
        let asked: RequestedBatches
        do throws(CommandFailure) {
            asked = try FetchInput.batches(in: text)
        } catch {
            guard case .badInput(let line, let reason) = error else { throw error }
            throw .conflict("--batches: '\(batches)', line \(line): \(reason)")
        }
        if let id = asked.ids.min() {
            throw .conflict(
                "--batches: '\(batches)': expected batch objects, as list --format ndjson writes, not '\(id)'"
            )
        }
        return Dictionary(asked.batches.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
