/// A key of a pipeline file that sets the option of `export` with the same name.
struct PipelineKey: Sendable, Hashable {
    /// The kind of value that a key accepts.
    enum Form: Sendable, Hashable {
        /// One value.
        case value
        /// One value or a list of values.
        case values
        /// `true` or `false`.
        case flag
    }

    /// The name of the option without its dashes.
    let name: String
    let form: Form
    /// Whether the value is the path of a file that must exist.
    let namesFile: Bool
    /// Whether the option applies to the whole run, so that a source cannot set it.
    let isShared: Bool
    /// The short name of the option, or nil.
    let short: Character?
    /// What the option sets: its own name, or the name of the option for which it is short.
    let setting: String

    private init(
        _ name: String,
        _ form: Form = .value,
        namesFile: Bool = false,
        isShared: Bool = false,
        short: Character? = nil,
        setting: String? = nil
    ) {
        self.name = name
        self.short = short
        self.setting = setting ?? name
        self.form = form
        self.namesFile = namesFile
        self.isShared = isShared
    }

    /// Whether a value is a path.
    var isPath: Bool { namesFile || ["archive", "report", "metrics-file"].contains(name) }

    /// The path of the file that a value names, or nil if the path depends on the batch.
    func file(in value: String) -> String? {
        guard namesFile, !value.contains("{") else { return nil }
        // A join source may name a table after the file: `FILE#TABLE`.
        return value.split(separator: "#").first.map(String.init)
    }

    /// The key with a name, or nil.
    static func named(_ name: String) -> PipelineKey? {
        options.first { $0.name == name }
    }

    /// What the options in `arguments` set.
    ///
    /// Understands `--name`, `--name=value`, `-n` and several short names together, `-nq`.
    static func settings(in arguments: [String]) -> Set<String> {
        var settings: Set<String> = []
        for argument in arguments.prefix(while: { $0 != "--" }) {
            let name = argument.prefix { $0 != "=" }
            if name.hasPrefix("--") {
                let name = String(name.dropFirst(2))
                settings.insert(named(name)?.setting ?? name)
            } else if name.hasPrefix("-") {
                settings.formUnion(options.filter { $0.short.map { name.contains($0) } ?? false }.map(\.setting))
            }
        }
        return settings
    }

    /// The arguments without the options that say where the API key is.
    static func withoutKey(_ arguments: [String]) -> [String] {
        var others: [String] = []
        var left = arguments[...]
        while let argument = left.popFirst(), argument != "--" {
            guard keyOptions.contains(where: { argument == "--\($0)" || argument.hasPrefix("--\($0)=") }) else {
                others.append(argument)
                continue
            }
            // The value of `--name value` is the next argument.
            if !argument.contains("=") { _ = left.popFirst() }
        }
        return others
    }

    /// The names of the settings that options with these names replace.
    ///
    /// `during` sets both ends of the window, so it replaces `since` and `until`, and each of them replaces `during`.
    /// A run has one source of the key, so `key-file` and `key-command` replace each other.
    static func replaced(by names: Set<String>) -> Set<String> {
        var replaced = names
        if names.contains("during") { replaced.formUnion(["since", "until"]) }
        if !names.isDisjoint(with: ["since", "until"]) { replaced.insert("during") }
        if !names.isDisjoint(with: keyOptions) { replaced.formUnion(keyOptions) }
        return replaced
    }

    /// All options of `export`.
    ///
    /// A test compares this table with the command.
    static let options: [PipelineKey] = [
        // Which batches.
        PipelineKey("since"),
        PipelineKey("until"),
        PipelineKey("during"),
        PipelineKey("timezone"),
        PipelineKey("batch", .values),
        PipelineKey("status", .values),
        PipelineKey("shard"),
        // The archive.
        PipelineKey("archive", isShared: true, short: "a"),
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
        PipelineKey("wait-ended"),
        PipelineKey("full-list", .flag),
        PipelineKey("retry-all", .flag),
        PipelineKey("warn-days"),
        PipelineKey("concurrency"),
        PipelineKey("max-line-bytes"),
        PipelineKey("max-attempts"),
        PipelineKey("max-runtime"),
        PipelineKey("deadline"),
        PipelineKey("dry-run", .flag, isShared: true, short: "n"),
        // The service.
        PipelineKey("base-url"),
        PipelineKey("key-file", namesFile: true),
        PipelineKey("key-command"),
        PipelineKey("api-version"),
        PipelineKey("beta", .values),
        PipelineKey("workspace"),
        PipelineKey("header", .values),
        PipelineKey("key-kind"),
        PipelineKey("max-rpm"),
        PipelineKey("ca-file", namesFile: true),
        PipelineKey("page-size"),
        PipelineKey("connect-timeout"),
        PipelineKey("idle-timeout"),
        PipelineKey("accept-encoding"),
        // Statistics.
        PipelineKey("prices", namesFile: true),
        PipelineKey("report"),
        PipelineKey("prefix-pattern"),
        // Reporting.
        PipelineKey("format", isShared: true),
        PipelineKey("json", .flag, isShared: true, short: "j", setting: "format"),
        PipelineKey("quiet", .flag, isShared: true, short: "q"),
        PipelineKey("verbose", .flag, isShared: true, short: "v"),
        PipelineKey("log-format", isShared: true),
        PipelineKey("metrics-file", isShared: true),
        PipelineKey("ping-url", isShared: true),
        PipelineKey("notify-command", isShared: true),
    ]

    // Keys of a pipeline file that are not options of `export`.

    /// The key for the environment variable that contains the API key.
    static let keyVariable = "key-variable"
    /// The options that say where the API key is, in addition to the variable.
    static let keyOptions = ["key-file", "key-command"]
    /// The key for the name of a source, which is also part of the path of its archive.
    static let name = "name"
    /// The key for the list of sources.
    static let sources = "sources"
    /// The key for the number of sources that run in parallel.
    static let parallel = "parallel"
}
