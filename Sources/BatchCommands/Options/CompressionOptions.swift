import ArgumentParser
import BlockGzip

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
}

extension CodecChoice: ExpressibleByArgument {}
