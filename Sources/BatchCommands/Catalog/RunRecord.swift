import BatchArchive
import BatchCatalog
import MessageBatches

/// The row of one run: begun when the run begins, so that one that was killed is seen too.
struct RunRecord {
    private let catalog: Catalog
    private let run: CatalogRun

    /// Notes the beginning; nil where that is impossible, which has been told when the catalog was opened.
    init?(_ catalog: Catalog, startedAt: Timestamp, context: CommandContext) {
        let run = CatalogRun(
            command: context.commandName,
            arguments: Self.withoutSecrets(context.arguments),
            version: BatchkeepVersion.current,
            startedAt: startedAt
        )
        guard let begun = try? catalog.begin(run) else { return nil }
        self.catalog = catalog
        self.run = begun
    }

    /// Notes the end, and how the run left the files; the archive is whole without it.
    func finish(_ ending: ExportSummary, _ ledger: CatalogLedger, in folder: ArchiveFolder, warn: (String) -> Void) {
        var run = run
        run.finishedAt = ending.finishedAt
        run.walkedSince = ledger.walkedSince
        run.counts = ending.counts
        run.exitStatus = ending.status.rawValue
        run.error = ending.stop?.sentence
        do {
            try ArchiveIndex(reader: ArchiveReader(folder), catalog: catalog).updateUnfinished()
            try catalog.save(run)
            ledger.markLossesTold()
        } catch {
            warn(FailureText.withoutCatalog(error))
        }
    }

    /// The arguments with URLs cut down to scheme and host: a path or a query may be a secret, as that of a ping URL is.
    static func withoutSecrets(_ arguments: [String]) -> [String] {
        arguments.map { argument in
            guard let mark = argument.firstRange(of: "://") else { return argument }
            let authority = argument[mark.upperBound...].prefix { !"/?#".contains($0) }
            let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
            return String(argument[..<mark.upperBound] + host)
        }
    }
}
