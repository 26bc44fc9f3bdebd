import ArgumentParser
import BatchArchive

/// `batchkeep catalog`: what can be done to the index of an archive.
struct CatalogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog",
        abstract: "Look after the index of an archive, catalog.sqlite.",
        subcommands: [Rebuild.self]
    )

    /// `batchkeep catalog rebuild`.
    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rebuild",
            abstract: "Make the index anew from manifests, quarantine and unfinished downloads.",
            discussion: """
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
            let folder = ArchiveFolder(path)
            // Says it where there is no archive; the lock would make one.
            _ = try ArchiveReader(folder)
            let lock = try await lock.take(folder, context: context)
            let manifests = try await CatalogFile(folder: folder, warn: context.note).rebuild()
            context.note("The catalog of \(path) is built anew from \(manifests.reading) manifests.")
            lock.release()
        }
    }
}
