import ArgumentParser
import BlockGzip
import Prices

/// `batchkeep version`: shows the versions of the program, its compression library and its price table.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Show the version of the program, the compression library and the date of the price table.",
        discussion: """
            The library is the one that new files are compressed with: libdeflate if this machine has it, otherwise zlib. \
            libdeflate reports no version, so its file is named.

            Examples:
              batchkeep version
              batchkeep version --json
            """
    )

    @Flag(name: [.customShort("j"), .customLong("json")], help: "Print one JSON object.")
    var isJSON = false

    func run() throws {
        let context = CommandContext.current
        let document = Document(codec: try CodecChoice.auto.codec().identity)
        guard !isJSON else { return try context.writeDocument(document) }
        for line in document.lines { try context.print(line: line) }
    }

    /// The versions, as the JSON object has them.
    struct Document: Encodable {
        struct Codec: Encodable {
            var name: String
            /// The default level for new files.
            var level: Int
            /// The version, if the library reports one.
            var version: String?
            /// The path of the library; nil if it is linked into the program.
            var libraryPath: String?
        }

        var version: String
        var codec: Codec
        /// The date of the built-in price table.
        var pricesVersion: String

        init(codec: CodecIdentity) {
            version = BatchkeepVersion.current
            self.codec = Codec(
                name: codec.name,
                level: codec.level,
                version: codec.version,
                libraryPath: codec.libraryPath
            )
            pricesVersion = BuiltInPrices.version
        }

        /// The same for people.
        var lines: [String] {
            let library = [codec.name, codec.version, codec.libraryPath.map { "(\($0))" }].compactMap(\.self)
            return [
                "batchkeep \(version)", "Codec: \(library.joined(separator: " ")), level \(codec.level)",
                "Prices: \(pricesVersion)",
            ]
        }
    }
}
