import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchJoin
import BatchPipeline
import Foundation
import MessageBatches
import Prices

/// `batchkeep retry`: writes request files for failed requests, ready to submit.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Write request files for failed requests, ready to submit.",
        discussion: """
            By default, selects errors that are worth a retry, and requests that expired or were canceled. The params \
            come from --join, byte for byte. Submit the files yourself; their paths go to standard output.

            The archive records which requests were written. A later retry skips them and prints where they are, also \
            if the files were moved.

            Examples:
              batchkeep retry --dry-run
              batchkeep retry --since 30d --result errored --join samples/requests/recent-nightly-triage.jsonl.gz
              batchkeep retry --since 2026-08-01 --until 2026-09-01 --include fix_input --dry-run
            """
    )

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @Option(
        help: ArgumentHelp(
            "Select results of this type: errored, expired or canceled; may be repeated.",
            valueName: "type"
        )
    )
    var result: [String] = []

    @Option(
        help: ArgumentHelp(
            "Select errors of these classes as well, separated by commas: fix_input, fix_account.",
            valueName: "classes"
        )
    )
    var include: [String] = []

    @Flag(help: "Select unusable answers as well, such as max_tokens, refusal, pause_turn and empty ones.")
    var unusable = false

    @Option(help: .fingerprint("Select the error"))
    var fingerprint: [String] = []

    @Option(
        help: ArgumentHelp(
            "Select answers whose text is not of this kind as well, like errors of their class.",
            valueName: "kind"
        )
    )
    var expect: AnswerExpectation?

    @Flag(help: "Write requests again that an earlier retry wrote.")
    var again = false

    @OptionGroup(title: "Sources")
    var join: JoinOptions

    @Option(help: ArgumentHelp("Set a top-level member of params: model=claude-…, max_tokens=4096; may be repeated."))
    var set: [String] = []

    @Option(
        help: ArgumentHelp("Write bodies ({\"requests\":[…]}), or JSONL with one request per line.", valueName: "form")
    )
    var form: RetryForm = .body

    @Option(
        help: ArgumentHelp("Write the files to this folder (default: ./retry).", valueName: "dir"),
        completion: .directory,
        transform: NamedValue.path
    )
    var out = "./retry"

    @OptionGroup var archive: ArchivePathOption

    @Flag(name: [.customShort("n"), .long], help: "Print counts per reason and the cost at stake; write nothing.")
    var dryRun = false

    @OptionGroup var format: FormatOptions<ReportFormat>

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    func run() async throws {
        let context = CommandContext.current.quiet(quiet)
        try format.check()
        if !dryRun, !join.isWanted {
            throw CommandFailure.conflict(
                "missing option: --join with the submitted requests, because an archive contains only results"
            )
        }
        var selection = try selection()
        let edit = try edit()
        let folder = try ArchiveFolders.only(at: archive.path)
        let batches = ArchiveSelection(try window.window(now: context.now()), ids: window.ids)
        if !fingerprint.isEmpty {
            selection.fingerprints = try await ArchiveStatistics(folder, selection: batches).fingerprints(fingerprint)
        }
        let listing = try await ArchiveReader(folder).requiredManifests(of: batches)
        var settings = RetrySettings(
            selection: selection,
            edit: edit,
            form: form,
            output: dryRun ? nil : ArchiveFolder(out),
            now: context.now()
        )
        settings.recordedOutput = ArchiveFolder(URL(filePath: out).standardizedFileURL.path)
        settings.includesEarlier = again
        let report = try await gather(listing.manifests, RetryRun(in: folder, settings: settings))
        let summary = RetrySummary(
            report: report,
            unreadable: listing.unreadable,
            cost: RetryCost(report),
            retired: report.retiredModels(on: context.now().day, by: .builtIn),
            isDryRun: dryRun,
            outputPath: out
        )
        if report.selected == 0, report.writtenEarlier.isEmpty {
            let entry = ArchiveFolders.Entry(source: nil, folder: folder)
            try await EmptyResult(selection: batches, types: Set(result)).explain(in: [entry], context)
        }
        try summary.print(in: context, writesJSON: format.isJSON, isQuiet: quiet)
        guard summary.status == .done else { throw CommandExit(status: summary.status) }
    }

    private func gather(_ manifests: [Manifest], _ run: RetryRun) async throws -> RetryReport {
        try await RunCancellation.onSignal { _ in
            do {
                return try await run.run(manifests, with: PreparedJoin(join.readingSettings()))
            } catch let failure as ArchiveFailure where failure.isExistingFile {
                throw CommandFailure.conflict(
                    "--out: '\(failure.path)' already exists, use another folder"
                )
            }
        }
    }

    private func selection() throws(CommandFailure) -> FailureSelection {
        if !fingerprint.isEmpty, !result.isEmpty || !include.isEmpty || unusable {
            throw .conflict(
                "--fingerprint: selects errors of any class, so it cannot be used with --result, --include or --unusable"
            )
        }
        var selection = FailureSelection(includesUnusable: unusable)
        selection.expectation = expect
        if !result.isEmpty {
            if let other = result.first(where: { !FailureSelection.defaultTypes.contains($0) }) {
                throw .outOfRange(option: "--result", value: other, allowed: "one of errored, expired, canceled")
            }
            selection.types = Set(result)
        }
        selection.classes.formUnion(try ErrorClass.parsed(include, "--include"))
        return selection
    }

    private func edit() throws(CommandFailure) -> RequestEdit {
        var edit = RequestEdit()
        for text in set where !edit.add(text) {
            throw .outOfRange(option: "--set", value: text, allowed: "NAME=VALUE")
        }
        return edit
    }
}

extension RetryForm: ExpressibleByArgument {}
