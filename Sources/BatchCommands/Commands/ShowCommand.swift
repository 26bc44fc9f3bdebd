import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchPipeline
import BlockGzip
import Foundation
import JSONLines
import MessageBatches

/// `batchkeep show`: everything known of one request.
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show everything the archive knows of one request: outcome, answer, usage, cost, error, place.",
        discussion: "A custom_id is unique inside its batch only: all batches that have it are shown."
    )

    @Argument(help: ArgumentHelp("The custom_id of the request.", valueName: "custom_id"))
    var customID: String

    @Flag(help: "One JSON object for each request, the line as archived among it.")
    var json = false

    @Flag(help: "Nothing but the line as archived.")
    var raw = false

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @OptionGroup(title: "Archive")
    var archive: OfflineArchiveOptions

    func run() async throws {
        let context = CommandContext.current
        if json, raw { throw CommandFailure.conflict("--json and --raw exclude each other.") }
        let window = try window.window(now: context.now())
        let output = ShownRequest(pricer: Pricer(table: .builtIn), context: context)
        var trouble = ScanTrouble(context: context)
        var count = 0
        for archive in try archive.archives() {
            let listing = try await archive.manifests(window, ids: self.window.ids)
            trouble.tell(listing.unreadable)
            trouble.notePruned(listing.manifests)
            let scan = ArchiveScan(
                archive.folder,
                codec: try CodecChoice.auto.codec(),
                inFlight: 4 * ProcessInfo.processInfo.activeProcessorCount
            )
            try await scan.run(
                listing.manifests,
                work: { block, manifest in
                    FoundLine.lines(withCustomID: customID, in: block, of: manifest.batch)
                        .map { StoredLine(line: $0, manifest: manifest) }
                },
                take: { found in
                    for line in found { try show(line, isFirst: count == 0, by: output) }
                    count += found.count
                    return true
                },
                damaged: { failure, _ in trouble.tell([failure]) }
            )
        }
        if count == 0 { throw CommandFailure.unknownRequest(customID) }
        if trouble.isDamaged { throw CommandEnding(status: .integrity) }
    }

    private func show(_ line: StoredLine, isFirst: Bool, by output: ShownRequest) throws {
        if raw {
            try output.context.write(Array(line.line.bytes) + [0x0A])
        } else if json {
            try output.context.write(try output.document(of: line))
        } else {
            try output.context.print((isFirst ? "" : "\n") + output.text(of: line))
        }
    }
}

/// A line and the manifest of its batch.
struct StoredLine: Sendable {
    let line: FoundLine
    let manifest: Manifest

    /// Where the line lies, relative to the archive: the raw file and the gzip member in it, from 0.
    var place: (path: String, member: Int)? {
        guard let raw = manifest.files[.raw] else { return nil }
        let member = raw.members.lastIndex { $0.firstLine <= line.block.firstLine }
        return (raw.path, member ?? 0)
    }
}
