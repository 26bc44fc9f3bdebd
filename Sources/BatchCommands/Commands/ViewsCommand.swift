import ArgumentParser
import BatchArchive
import BlockGzip
import MessageBatches

/// `batchkeep views`: writes the files with which other tools read an archive.
struct ViewsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "views",
        abstract: "Write the files in views/ anew: SQL and schemas for DuckDB, ClickHouse, Spark, Polars and others.",
        discussion: "Every export does the same at its end; this is for an archive an older version wrote."
    )

    @OptionGroup(title: "Archive")
    var archive: OfflineArchiveOptions

    func run() async throws {
        let context = CommandContext.current
        for source in archive.archives() {
            _ = try ArchiveReader(source.folder)
            let lock = try ArchiveLock(source.folder, as: .current("views", since: context.now().text))
            let written = try FileArchive(source.folder, settings: .ofThisVersion(codec: CodecChoice.auto.codec()))
                .updateViews()
            for path in written { context.note("Wrote \(source.folder.path(path)).") }
            if written.isEmpty {
                context.note("Nothing to do: \(source.folder.path(ArchivePaths.views)) is up to date.")
            }
            lock.release()
        }
    }
}
