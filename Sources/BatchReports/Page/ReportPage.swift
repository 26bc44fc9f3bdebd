package import BatchAnalytics
import BatchArchive
package import BatchCatalog
import FoundationEssentials
package import MessageBatches
import Mustache
import Prices
import Tables

/// Creates the report page of archived batches.
package struct ReportPage: Sendable {
    private let source: ArchiveStatistics
    private let prices: PriceSource
    private let toolVersion: String
    private let now: Timestamp
    private let zone: CalendarZone
    private let retryOptions: @Sendable (_ source: String?) -> String

    /// Creates the page of the batches that `source` selects, with the days of the zone.
    ///
    /// `retryOptions` returns the options with which a command finds the same batches, in all archives or in the one
    /// with a name.
    package init(
        _ source: ArchiveStatistics,
        prices: PriceSource,
        toolVersion: String,
        now: Timestamp,
        zone: CalendarZone = .utc,
        retryOptions: @escaping @Sendable (_ source: String?) -> String
    ) {
        self.source = source
        self.retryOptions = retryOptions
        self.prices = prices
        self.toolVersion = toolVersion
        self.now = now
        self.zone = zone
    }

    /// Returns the HTML page, and a notice about batches that it does not include fully.
    ///
    /// The status comes from the catalogs of the archives, in their order, which must be up to date with their files.
    /// `listing` is the listing of the selected batches, if the catalogs do not record it yet. `windowEnd` returns the end
    /// of the window that a recorded run selected, or nil if it is unknown.
    package func html(
        _ catalogs: [Catalog],
        listing: Completeness.Listing? = nil,
        windowEnd: (CatalogRun) -> Timestamp? = { _ in nil }
    ) async throws -> ArchiveStatistics.Reading<String> {
        let prefixes = try await source.prefixGrouping(Grouping(by: [], .prefix), readsResults: false).grouping
        let sources = Set(source.archives.compactMap(\.source))
        let reading = try await metrics(of: source, PageMetrics(in: zone, byPrefix: prefixes, sources: sources))
        let metrics = reading.result
        var completeness = Completeness(listed: metrics.batchCount, archived: metrics.batchCount)
        for (catalog, archive) in zip(catalogs, source.archives) {
            try completeness.add(
                catalog,
                source.selection,
                listing: listing,
                workspace: archive.source,
                now: now,
                windowEnd: windowEnd
            )
        }
        completeness.countUnknown(of: source.selection.ids)
        var document = ReportDocument(
            archive: URL(filePath: source.path).standardizedFileURL.lastPathComponent,
            start: source.selection.since,
            end: source.selection.until,
            generatedAt: now,
            toolVersion: toolVersion,
            completeness: completeness,
            prices: PriceStatement(origin: prices.origin)
        )
        document.zone = zone
        document.completeness.unproven = reading.notice.unproven
        metrics.fill(&document, before: try await periodBefore(), options: retryOptions)
        document.notes = reading.notice.sentences
        return ArchiveStatistics.Reading(try PageTemplates.html(document), reading.notice)
    }

    private func metrics(
        of source: ArchiveStatistics,
        _ empty: PageMetrics
    ) async throws -> ArchiveStatistics.Reading<PageMetrics> {
        try await source.fold(PageMetrics.kinds, into: empty) {
            $0.add($1)
        } merge: {
            $0.merge($1)
        }
    }

    /// The values of the window of the same length before; nil if there is none.
    private func periodBefore() async throws -> PageMetrics.PeriodBefore? {
        guard let earlier = source.periodBefore(now: now), let start = earlier.selection.since,
            let end = earlier.selection.until
        else { return nil }
        return try await metrics(of: earlier, PageMetrics(in: zone)).result.asPeriodBefore(start, end)
    }
}

/// Writes a report as one self-contained HTML file, with style, script and pictures inside.
///
/// It uses no network.
enum PageTemplates {
    /// The maximum number of rows in the table of batches, which browsers can still handle easily.
    static let rowLimit = 2_000

    /// Returns the page.
    ///
    /// Every value of the document is escaped.
    ///
    /// - Throws: the errors of the template library for an invalid template, which is a bug in this program.
    static func html(_ document: ReportDocument) throws -> String {
        let library = try templates()
        return library.render(PageContent(document).values, withTemplate: PageTemplate.name) ?? ""
    }

    /// The templates, each with the pragma that selects the escaping.
    ///
    /// Every partial needs the pragma, because it starts with the library's own escaping and does not inherit that of
    /// its parent.
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
