import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchPipeline
import BlockGzip
import MessageBatches
import Prices

/// Which archive, and how its members are compressed.
struct ArchiveOptions: ParsableArguments {
    @Option(name: .customLong("archive"), help: ArgumentHelp("The archive's folder.", valueName: "dir"))
    var path = "./archive"

    @Option(
        help: ArgumentHelp("auto, zlib or libdeflate; auto takes libdeflate where it is installed.", valueName: "name")
    )
    var codec: CodecChoice = .auto

    @Option(help: ArgumentHelp("The compression level (default: 4 for libdeflate, 6 for zlib).", valueName: "n"))
    var level: Int?

    /// The archive, ready for a run that writes: locked, and put right where a killed run left something behind.
    func open(
        origin: String,
        lock: LockOptions,
        prices: PriceTable? = nil
    ) async throws -> OpenArchive {
        let folder = ArchiveFolder(path)
        let lock = try await lock.take(folder, context: .current)
        return try OpenArchive(folder, settings: settings(origin: origin, prices: prices), lock: lock)
    }

    /// The archive for a run that does not lock it: one that only reads, or writes batches it has claimed.
    func openUnlocked(origin: String) throws -> FileArchive {
        FileArchive(ArchiveFolder(path), settings: try settings(origin: origin), isShared: true)
    }

    /// What new files are written with.
    func settings(origin: String?, prices: PriceTable? = nil) throws -> ArchiveSettings {
        .ofThisVersion(codec: try codec.codec(level: level), origin: origin, prices: prices)
    }
}

extension ArchiveSettings {
    /// What this version of the program writes.
    ///
    /// `origin` is that of the service, where one is asked. Without prices the files in `views/` stay as they are.
    static func ofThisVersion(
        codec: any MemberCodec,
        origin: String? = nil,
        prices: PriceTable? = nil
    ) -> ArchiveSettings {
        var settings = ArchiveSettings(
            codec: codec,
            toolVersion: BatchkeepVersion.current,
            origin: origin,
            derivations: currentDerivations
        )
        if let prices {
            for view in ArchiveView.all(prices: prices) { settings.views[view.name] = view.text }
        }
        return settings
    }

    /// Which version of each derivation is at work.
    static var currentDerivations: [String: Int] {
        [
            "flat_schema": FlatSchema.version, "error_classes": ErrorClassifier.version,
            "summaries": SummaryRegistry.version,
        ]
    }
}

extension CodecChoice: ExpressibleByArgument {}
