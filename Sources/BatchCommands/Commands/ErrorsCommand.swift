import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchPipeline
import FoundationEssentials
import MessageBatches
import Tables

/// `batchkeep errors`: ranks the errors of failed requests and recommends what to do.
struct ErrorsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "errors",
        abstract: "Rank failed requests by error, with trend, cost at stake and advice.",
        discussion: """
            Errors whose messages differ only in numbers, IDs, quoted parts and paths have the same fingerprint. With \
            --since, the window of the same length before it is counted as well. The cost at stake is an estimate of \
            what the failed requests would have cost, from the requests of their batches that succeeded.

            --expect json reads the results. It also counts answers whose text is not JSON, as errors of the type \
            invalid_json.

            Examples:
              batchkeep errors
              batchkeep errors --class retry --expect json
              batchkeep errors --since 2026-01-01 --limit 10
            """
    )

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @OptionGroup var archive: ArchivePathOption

    @Option(help: ArgumentHelp("Print up to this many fingerprints.", valueName: "n"))
    var limit = 50

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp(
            "Print errors of these classes, separated by commas: retry, fix_input, fix_account.",
            valueName: "classes"
        )
    )
    var errorClass: [String] = []

    @Option(help: .fingerprint("Print the error"))
    var fingerprint: [String] = []

    @Option(help: ArgumentHelp("Count answers whose text is not of this kind as errors too.", valueName: "kind"))
    var expect: AnswerExpectation?

    @OptionGroup var format: FormatOptions<TableFormat>

    func run() async throws {
        let context = CommandContext.current
        let format = try format.resolved(outputIsTerminal: context.outputIsTerminal)
        try check(limit, 1...1_000_000, "--limit")
        let classes = errorClass.isEmpty ? nil : try ErrorClass.parsed(errorClass, "--class")
        var source = try window.statistics(of: archive, now: context.now())
        source.expectation = expect
        let fingerprints = fingerprint.isEmpty ? nil : try await source.fingerprints(fingerprint)
        var reading = try await source.errors(now: context.now()) { [source] in source.retryOptions(source: $0) }
        (reading.result.classes, reading.result.fingerprints) = (classes, fingerprints)
        let batches = reading.notice.batches.counted("archived batch", "archived batches")
        let hasTable = reading.result.count > 0 || format != .table
        if !hasTable {
            try context.print(line: "No request failed in \(batches).")
        } else {
            let table = reading.result.table(
                limit: limit,
                forPeople: format.isForPeople,
                notes: reading.notice.notes(in: format)
            )
            try context.print(table, as: format)
        }
        try await source.explain(reading.notice, context)
        if hasTable, reading.result.count == 0, reading.notice.batches > 0 {
            context.report(.note, "no request failed in \(batches)")
        } else if reading.result.count > 0, reading.result.shownCount == 0 {
            let others = reading.result.count.counted("other error was", "other errors were")
            let options = [classes.map { _ in "--class" }, fingerprints.map { _ in "--fingerprint" }].compactMap(\.self)
            let isCertain = reading.result.otherCount == 0
            let subject = isCertain ? "no error" : "no error with a row of its own"
            context.report(.note, "\(subject) matches \(options.joined(separator: " and ")): \(others) found")
        }
        try reading.notice.report(in: context, outputHasNotes: hasTable && format.isForPeople)
    }
}

extension ArchiveStatistics {
    /// The command-line options with which a command selects the same batches, in all archives or in the one with a
    /// name; `retry` works on one.
    ///
    /// `showsPath` is false for a text that others read: it names the folder of the archive, but not where it is.
    func retryOptions(showsPath: Bool = true, source: String? = nil) -> String {
        let folder = showsPath ? path : URL(filePath: path).standardizedFileURL.lastPathComponent
        let path = source.map { ArchiveFolders.path(of: $0, in: folder) } ?? folder
        let since = selection.since.map { " --since \($0.shortText)" } ?? ""
        let until = selection.until.map { " --until \($0.shortText)" } ?? ""
        let ids = (selection.ids ?? []).sorted().map { " --batch \($0)" }.joined()
        let expect = expectation.map { " --expect \($0.rawValue)" } ?? ""
        return (path == ArchivePathOption.usualPath ? "" : " --archive \(path.shellQuoted)") + since + until + ids
            + expect
    }
}

extension ErrorClass {
    /// Parses names separated by commas.
    static func parsed(_ lists: [String], _ option: String) throws(CommandFailure) -> Set<ErrorClass> {
        var classes: Set<ErrorClass> = []
        for name in lists.flatMap({ $0.split(separator: ",").map(String.init) }) {
            guard let errorClass = ErrorClass(rawValue: name) else {
                let names = ErrorClass.allCases.map(\.rawValue).joined(separator: ", ")
                throw .outOfRange(option: option, value: name, allowed: "one of \(names)")
            }
            classes.insert(errorClass)
        }
        return classes
    }
}
