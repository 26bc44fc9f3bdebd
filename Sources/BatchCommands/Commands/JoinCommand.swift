import ArgumentParser
import BatchArchive
import BatchPipeline

/// `batchkeep join`: archived results beside their requests or metadata, offline.
struct JoinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Join archived results with requests or metadata on custom_id, offline.",
        discussion: """
            Writes joined/ and unmatched/ of the archive; joining again replaces them. Nothing is fetched.
            """
    )

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @OptionGroup(title: "Sources")
    var join: JoinOptions

    @OptionGroup(title: "Sources")
    var rows: JoinOutputOptions

    @OptionGroup(title: "Archive")
    var archive: ArchiveOptions

    @OptionGroup(title: "Archive")
    var lock: LockOptions

    @Option(help: ArgumentHelp("json writes one JSON document about the run to standard output.", valueName: "kind"))
    var output: ExportCommand.OutputKind = .none

    @Flag(help: "No closing table; errors are still told.")
    var quiet = false

    func run() async throws {
        let context = CommandContext.current
        guard join.isWanted else {
            throw CommandFailure.conflict("There is nothing to join with: name a source with --join.")
        }
        let window = try window.window(now: context.now())
        let settings = try join.settings(rows, archive)
        _ = try lock.seconds()
        let selection = ArchiveSelection(window, ids: self.window.ids)
        let listing = try await ArchiveReader(ArchiveFolders.only(at: archive.path)).requiredManifests(of: selection)
        let status = try await RunCancellation.onSignal { cancellation in
            let open = try await archive.open(origin: "", lock: lock)
            let ending: JoinEnding
            do {
                let listing = try await takenApart(listing, selection, in: open.sink)
                ending = try await join(listing, settings, open.sink, cancellation)
            } catch {
                // What was published until then belongs into the list of digests; the first error is the one to tell.
                try? await open.sink.finishRun()
                throw error
            }
            try await open.sink.finishRun()
            open.close()
            ending.tell(in: context, isQuiet: quiet)
            if output == .json { try context.writeDocument(JoinDocument(ending)) }
            return ending.status
        }
        guard status == .done else { throw CommandEnding(status: status) }
    }

    /// Gives each batch joined files of its own, where `compact` has put those of several into one: they are replaced now.
    private func takenApart(
        _ listing: ArchiveReader.Listing,
        _ selection: ArchiveSelection,
        in archive: FileArchive
    ) async throws -> ArchiveReader.Listing {
        let files = listing.manifests.flatMap { [$0.files[.joined], $0.files[.unmatched]].compactMap(\.self) }
        let shared = Set(files.filter { $0.slice != nil }.map(\.path))
        guard !shared.isEmpty else { return listing }
        let all = try await ArchiveReader(archive.folder).manifests().manifests
        for path in shared.sorted() { try archive.expand(path, of: all) }
        return try await ArchiveReader(archive.folder).requiredManifests(of: selection)
    }

    private func join(
        _ listing: ArchiveReader.Listing,
        _ settings: JoinSettings,
        _ archive: FileArchive,
        _ cancellation: RunCancellation
    ) async throws -> JoinEnding {
        let prepared = try PreparedJoin(settings)
        do {
            let report = try await JoinRun(in: archive.folder).run(listing.manifests, with: prepared)
            return JoinEnding(report: report, unreadable: listing.unreadable, archivePath: self.archive.path)
        } catch is CancellationError {
            guard let status = cancellation.signalStatus else { throw CancellationError() }
            throw CommandEnding(status: status)
        }
    }
}
