import ArgumentParser
import BatchArchive
import BatchJoin
import BlockGzip
import Foundation

/// The options for the sources of a join and its matching rules.
struct JoinOptions: ParsableArguments {
    @Option(
        name: .customLong("join"),
        help: ArgumentHelp(
            "Join with requests or metadata by custom_id: .jsonl, .json, .csv, .tsv, each also .gz, or FILE.sqlite#TABLE. {batch_id} in the path means one file per batch. May be repeated.",
            valueName: "source"
        ),
        completion: .file(),
        transform: NamedValue.path
    )
    var sources: [String] = []

    @Option(
        name: .customLong("join-format"),
        help: ArgumentHelp(
            "Read the sources in this format; auto uses the name of the file.",
            valueName: "format"
        )
    )
    var format: JoinSourcePlace.Format = .auto

    @Option(
        name: .customLong("join-key"),
        help: ArgumentHelp("Read the ID of a request from this member or column of the sources.", valueName: "name")
    )
    var key = "custom_id"

    @Option(
        name: .customLong("join-errors"),
        help: ArgumentHelp("Fail at a row that cannot be read, or skip it and count it.", valueName: "policy")
    )
    var errors: JoinErrorPolicy = .fail

    @Option(
        name: .customLong("join-memory"),
        help: ArgumentHelp(
            "Use up to this much memory for keys, such as 1GiB; the rest is kept on disk.",
            valueName: "size"
        )
    )
    var memory = "300MB"

    var isWanted: Bool { !sources.isEmpty }

    /// The locations of the join sources.
    var places: [JoinSourcePlace] {
        sources.map { JoinSourcePlace(path: $0, format: format, keyName: key) }
    }

    /// The value of `--join-memory` in bytes.
    func memoryBytes() throws(CommandFailure) -> Int {
        try ByteSize.bytes(memory, "--join-memory")
    }
}

/// The options for the form of joined rows.
struct JoinOutputOptions: ParsableArguments {
    @Option(
        name: .customLong("join-type"),
        help: ArgumentHelp(
            "Write every result (left), only results with a source row (inner), only results without one (anti), or only source rows without a result (missing).",
            valueName: "kind"
        )
    )
    var kind: JoinKind = .left

    @Option(
        name: .customLong("join-output"),
        help: ArgumentHelp(
            "Write the unchanged request and result (ndjson), or flat rows with the columns of the sources (flat).",
            valueName: "form"
        )
    )
    var form: JoinForm = .ndjson
}

extension JoinOptions {
    /// The default compression level.
    ///
    /// It is low because joined files can be rebuilt at any time, so speed matters more than size.
    static let defaultLevel = 1

    /// The settings of a run that writes to an archive.
    func settings(
        _ output: JoinOutputOptions,
        _ archive: ArchivePathOption,
        _ compression: CompressionOptions
    ) throws -> JoinSettings {
        JoinSettings(
            sources: places,
            kind: output.kind,
            form: output.form,
            policy: errors,
            memory: try memoryBytes(),
            scratchFolder: ArchiveFolder(archive.path).path(ArchivePaths.partial),
            codec: try compression.codec.codec(level: compression.level ?? Self.defaultLevel)
        )
    }
}

extension JoinOptions {
    /// The settings of a run that only reads the sources.
    func readingSettings() throws -> JoinSettings {
        JoinSettings(
            sources: places,
            policy: errors,
            memory: try memoryBytes(),
            scratchFolder: FileManager.default.temporaryDirectory.path,
            codec: try CodecChoice.auto.codec()
        )
    }
}

extension JoinSourcePlace.Format: ExpressibleByArgument {}
extension JoinErrorPolicy: ExpressibleByArgument {}
extension JoinKind: ExpressibleByArgument {}
extension JoinForm: ExpressibleByArgument {}
