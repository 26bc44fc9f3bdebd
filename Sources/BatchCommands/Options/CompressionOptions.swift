import ArgumentParser
import BatchAnalytics
import BatchArchive
import BlockGzip
import Prices

/// The options that set the compression of new files.
struct CompressionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Compress new files with this library; auto uses libdeflate if it is installed.",
            valueName: "name"
        )
    )
    var codec: CodecChoice = .auto

    @Option(help: ArgumentHelp("Set the compression level (default: 4 for libdeflate, 6 for zlib).", valueName: "n"))
    var level: Int?

    /// The settings for new files of an archive.
    func settings(origin: String?, prices: PriceTable = .builtIn) throws -> ArchiveSettings {
        .ofThisVersion(codec: try codec.codec(level: level), origin: origin, prices: prices)
    }
}

extension CodecChoice: ExpressibleByArgument {}

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
