import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchPipeline
import BlockGzip
import MessageBatches
import Prices

/// The options that name the archive and set its compression.
///
/// Their group has no title, so that those of the compression stay in a section of their own.
struct ArchiveOptions: ParsableArguments {
    @OptionGroup var folder: ArchivePathOption

    @OptionGroup(title: HelpText.advanced)
    var compression: CompressionOptions

    /// The path of the archive's folder.
    var path: String { folder.path }

    /// Opens and locks the archive for a run that writes.
    ///
    /// Cleans up what a killed run left.
    func open(
        origin: String,
        lock: LockOptions,
        prices: PriceTable = .builtIn,
        requestsJoin: Bool = false
    ) async throws -> OpenArchive {
        let folder = ArchiveFolder(path)
        let lock = try await lock.acquire(folder, context: .current)
        var settings = try settings(origin: origin, prices: prices)
        settings.requestsJoin = requestsJoin
        return try OpenArchive(folder, settings: settings, lock: lock)
    }

    /// Checks the folder before a run writes to it, and warns about other files in the folder of a new archive.
    ///
    /// - Throws: ``ArchiveFailure`` if the archive would be mixed with other files.
    func checkFolder(warn: (String) -> Void) throws(ArchiveFailure) {
        let names = try ArchiveFolder(path).foreignNames()
        if !names.isEmpty { warn(FailureText.newArchive(in: path, among: names)) }
    }

    /// Opens the archive without a lock, for a run that only reads or that locks one batch at a time.
    func openUnlocked(origin: String) throws -> FileArchive {
        FileArchive(ArchiveFolder(path), settings: try settings(origin: origin), isShared: true)
    }

    /// The settings for new files of the archive.
    func settings(origin: String?, prices: PriceTable = .builtIn) throws -> ArchiveSettings {
        .ofThisVersion(codec: try compression.codec.codec(level: compression.level), origin: origin, prices: prices)
    }
}

extension ArchiveSettings {
    /// The archive settings of this version of the program.
    ///
    /// `origin` is the origin of the API, if the command uses it.
    static func ofThisVersion(
        codec: any MemberCodec,
        origin: String? = nil,
        prices: PriceTable = .builtIn
    ) -> ArchiveSettings {
        var settings = ArchiveSettings(
            codec: codec,
            toolVersion: BatchkeepVersion.current,
            origin: origin,
            derivations: Derivations.current,
            prices: prices
        )
        for view in ArchiveView.all { settings.views[view.name] = view.text }
        return settings
    }
}
