package import BatchAnalytics
import BatchArchive
import FoundationEssentials
package import MessageBatches
import Mustache
import Prices
import Tables

/// The report page of some archived batches.
package struct ReportPage: Sendable {
    private let source: ArchiveStatistics
    private let prices: PriceSource
    private let toolVersion: String
    private let now: Timestamp

    package init(_ source: ArchiveStatistics, prices: PriceSource, toolVersion: String, now: Timestamp) {
        self.source = source
        self.prices = prices
        self.toolVersion = toolVersion
        self.now = now
    }

    /// The page, and what it lacks.
    ///
    /// `completeness` is what a run knows that the archive does not, from the number of archived batches; nil for what
    /// the archive itself shows.
    package func html(
        completeness: ((_ archived: Int) -> Completeness)? = nil
    ) async throws -> ArchiveStatistics.Reading<String> {
        let reading = try await source.fold(PageMetrics.kinds, into: PageMetrics(pricer: prices.pricer(isScan: false)))
        {
            $0.add($1)
        } merge: {
            $0.merge($1)
        }
        let metrics = reading.result
        var document = ReportDocument(
            archive: URL(filePath: source.path).standardizedFileURL.lastPathComponent,
            start: source.selection.since,
            end: source.selection.until,
            generatedAt: now,
            toolVersion: toolVersion,
            completeness: try completeness?(metrics.batchCount) ?? source.completeness(archived: metrics.batchCount),
            prices: PriceStatement(version: BuiltInPrices.version, origin: prices.origin)
        )
        metrics.fill(&document)
        document.notes = reading.notice.sentences
        return ArchiveStatistics.Reading(try PageTemplates.html(document), reading.notice)
    }
}

extension ArchiveStatistics {
    /// How much of the selection the archives contain, as far as they show by themselves.
    ///
    /// What was never downloaded is not known to them.
    fileprivate func completeness(archived: Int) throws(ArchiveFailure) -> Completeness {
        var completeness = Completeness(listed: archived, archived: archived)
        for archive in archives {
            let reader = try ArchiveReader(archive.folder)
            let failed = try reader.quarantined().manifests.filter { selection.contains($0.batch) }
            let partial = try reader.partialDownloads().filter { selection.contains($0.batch) }
            completeness.quarantined += failed.count
            completeness.pending += partial.count
            completeness.listed += failed.count + partial.count
        }
        return completeness
    }
}

/// Writes a report as one HTML file that needs nothing else: style, script and pictures are inside, no network is used.
enum PageTemplates {
    /// Rows of the table of batches that a browser still handles with ease.
    static let rowLimit = 2_000

    /// The page; every value of the document is escaped, whatever it holds.
    ///
    /// - Throws: what the template library throws about a template, which is a fault of this program.
    static func html(_ document: ReportDocument) throws -> String {
        let library = try templates()
        return library.render(PageContent(document).values, withTemplate: PageTemplate.name) ?? ""
    }

    /// The templates, each with the pragma that selects our escaping.
    ///
    /// A partial starts again with the library's own escaping, whatever its parent had, so none may lack the pragma.
    private static func templates() throws -> MustacheLibrary {
        MustacheContentTypes.register(ScalarEscaping(), named: ScalarEscaping.name)
        var library = MustacheLibrary()
        for (name, text) in [
            (PageTemplate.name, PageTemplate.text), (ChartTemplate.name, ChartTemplate.text),
            (TableTemplate.name, TableTemplate.text),
        ] {
            try library.register("{{% CONTENT_TYPE:\(ScalarEscaping.name)}}" + text, named: name)
        }
        return library
    }
}
