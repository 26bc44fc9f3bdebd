import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchCatalog
import BatchPipeline
import BatchReports
import MessageBatches
import SystemPackage
import Tables

/// `batchkeep report`: writes the statistics of an archive as one HTML page.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write one HTML page about archived batches: statistics, charts, errors, every batch.",
        discussion: """
            The page is complete in itself and needs no network. It contains statistics, IDs and error messages, but \
            no results. With --since or --during, it shows the change against the period of the same length \
            before.

            Examples:
              batchkeep report --html report.html
              batchkeep report --since 2026-01-01 --html 2026.html
            """
    )

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @OptionGroup var archive: ArchivePathOption

    @Option(
        help: ArgumentHelp("Write the page to this file, or with - to standard output.", valueName: "file"),
        completion: .file(extensions: ["html"]),
        transform: NamedValue.path
    )
    var html: String

    @OptionGroup var prices: PriceOptions

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    func run() async throws {
        let context = CommandContext.current.quiet(quiet)
        let now = context.now()
        let prices = try prices.source()
        let source = try window.statistics(of: archive, now: now, prices: prices)
        let page = ReportPage(
            source,
            prices: prices,
            toolVersion: BatchkeepVersion.current,
            now: now,
            zone: try window.zone(),
            retryOptions: { source.retryOptions(showsPath: false, source: $0) }
        )
        var catalogs: [Catalog] = []
        for archive in source.archives {
            let file = CatalogFile(folder: archive.folder) { context.report(.warning, FailureText.text(of: $0)) }
            catalogs.append(try await file.openForReading())
        }
        let html = try await page.html(catalogs) { $0.windowEnd }
        if self.html == "-" {
            try context.writeData(Array(html.result.utf8))
        } else {
            try html.result.writeWhole(to: self.html)
            context.note(
                "Wrote \(self.html) about \(html.notice.batches.counted("archived batch", "archived batches"))."
            )
        }
        try await source.explain(html.notice, context)
        try html.notice.report(in: context, outputHasNotes: false)
    }
}

extension CatalogRun {
    /// The end of the window that the options of an export select, or its own start without one; nil if the options are
    /// invalid.
    fileprivate var windowEnd: Timestamp? {
        // Most runs have no end, and parsing thousands of them would take seconds.
        let mayHaveEnd = arguments.contains {
            $0.hasPrefix("--until") || $0.hasPrefix("--during") || $0.contains("..")
        }
        guard mayHaveEnd else { return startedAt }
        guard let command = try? ExportCommand.parse(Array(arguments.dropFirst())),
            let window = try? command.window.window(now: startedAt)
        else { return nil }
        return window.until ?? startedAt
    }
}

extension String {
    /// Writes a file atomically, so that readers never see a partial file; a device or a pipe is written to.
    func writeWhole(to path: String) throws(StatisticsFailure) {
        do throws(ArchiveFailure) {
            try writeFile(at: path, with: self)
        } catch {
            throw .unwritable(path: path, reason: Self.reason(error, path))
        }
    }

    /// The reason why a file could not be written.
    private static func reason(_ error: ArchiveFailure, _ path: String) -> String {
        if path.isEmpty { return "the name is empty" }
        switch error.cause {
        case .notAFile(.folder): return "it is a folder; name a file in it"
        case .notAFile(.link): return "it is a link to a file that does not exist"
        default: break
        }
        switch error.code {
        case .noSuchAddressOrDevice: return "no process reads the pipe"
        case .brokenPipe: return "its reader has closed the pipe"
        case nil, .noSuchFileOrDirectory: return "folder not found"
        case .permissionDenied, .notPermitted: return "permission denied"
        case .readOnlyFileSystem: return "the disk is read-only"
        case .noSpace, .diskQuotaExceeded: return "no space is left"
        case let code?: return code.description
        }
    }
}
