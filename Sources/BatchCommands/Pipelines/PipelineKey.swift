/// A key of a pipeline file that stands for an option of `export`, by the option's own name.
struct PipelineKey: Sendable, Hashable {
    /// What a file may write behind a key.
    enum Form: Sendable, Hashable {
        /// One value.
        case value
        /// A value, or a list of them.
        case values
        /// true or false.
        case flag
    }

    /// The option without its dashes.
    let name: String
    let form: Form
    /// Whether the value names a file that has to be there.
    let namesFile: Bool
    /// Whether it is about the whole run, so that a single source cannot have its own.
    let isShared: Bool

    private init(_ name: String, _ form: Form = .value, namesFile: Bool = false, isShared: Bool = false) {
        self.name = name
        self.form = form
        self.namesFile = namesFile
        self.isShared = isShared
    }

    /// The file a value names; nil where that is known for each batch only.
    func file(in value: String) -> String? {
        guard namesFile, !value.contains("{") else { return nil }
        // A source of a join may name a table behind its file.
        return value.split(separator: "#").first.map(String.init)
    }

    /// The key of a name, or nil.
    static func named(_ name: String) -> PipelineKey? {
        options.first { $0.name == name }
    }

    /// Every option of `export`: a test holds this table to the command.
    static let options: [PipelineKey] = [
        // Which batches.
        PipelineKey("since"),
        PipelineKey("until"),
        PipelineKey("batch", .values),
        PipelineKey("status", .values),
        PipelineKey("shard"),
        // The archive.
        PipelineKey("archive", isShared: true),
        PipelineKey("codec"),
        PipelineKey("level"),
        PipelineKey("wait"),
        // Join.
        PipelineKey("join", .values, namesFile: true),
        PipelineKey("join-format"),
        PipelineKey("join-key"),
        PipelineKey("join-errors"),
        PipelineKey("join-memory"),
        PipelineKey("join-type"),
        PipelineKey("join-output"),
        PipelineKey("require-all", .flag),
        // The run.
        PipelineKey("full-list", .flag),
        PipelineKey("retry-all", .flag),
        PipelineKey("warn-days"),
        PipelineKey("concurrency"),
        PipelineKey("max-line-bytes"),
        PipelineKey("max-attempts"),
        PipelineKey("max-runtime"),
        PipelineKey("deadline"),
        PipelineKey("dry-run", .flag, isShared: true),
        // The service.
        PipelineKey("base-url"),
        PipelineKey("key-file", namesFile: true),
        PipelineKey("api-version"),
        PipelineKey("beta", .values),
        PipelineKey("workspace"),
        PipelineKey("max-rpm"),
        PipelineKey("ca-file", namesFile: true),
        PipelineKey("page-size"),
        PipelineKey("connect-timeout"),
        PipelineKey("idle-timeout"),
        PipelineKey("accept-encoding"),
        // Figures.
        PipelineKey("prices", namesFile: true),
        PipelineKey("report"),
        // Telling others.
        PipelineKey("output", isShared: true),
        PipelineKey("quiet", .flag, isShared: true),
        PipelineKey("log-format", isShared: true),
        PipelineKey("metrics-file", isShared: true),
        PipelineKey("ping-url", isShared: true),
    ]

    // Keys of a pipeline file that are no options.

    /// The variable that holds the key of the API.
    static let keyVariable = "key-variable"
    /// What a source is called, and its part of the archive.
    static let name = "name"
    /// The list of sources.
    static let sources = "sources"
    /// How many sources are worked on at once.
    static let parallel = "parallel"
}
