import ArgumentParser
import BatchArchive
import BatchCatalog
import BlockGzip
import BatchAnalytics
import Tables

/// `batchkeep catalog`: commands for the index of an archive.
struct CatalogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog",
        abstract: "Look after the index of an archive, catalog.sqlite.",
        subcommands: [Rebuild.self]
    )

    /// `batchkeep catalog rebuild`: rebuilds the index from the files of the archive.
    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rebuild",
            abstract: "Make the index anew from manifests, quarantine and unfinished downloads.",
            discussion: """
                Takes in what fetch archived, and brings SHA256SUMS and views up to date as export does at its end.
                Runs, attempts and what was lost stand in no file: they are kept where the old index can be read. The next
                export lists its whole window again.
                """
        )

        @Option(name: .customLong("archive"), help: ArgumentHelp("The archive's folder.", valueName: "dir"))
        var path = "./archive"

        @OptionGroup
        var lock: LockOptions

        func run() async throws {
            let context = CommandContext.current
            let settings = try ArchiveSettings.ofThisVersion(codec: CodecChoice.auto.codec())
            for folder in try ArchiveFolders.entries(at: path).map(\.folder) {
                let lock = try await lock.acquire(folder, context: context)
                let archive = try OpenArchive(folder, settings: settings, lock: lock)
                let manifests = try await CatalogFile(folder: folder) { context.note(FailureText.text(of: $0)) }
                    .rebuild()
                try await archive.sink.finishRun()
                context.note("The catalog of \(folder.root) is built anew from \(manifests.displayText) manifests.")
                archive.close()
            }
        }
    }
}
