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

/// Finds the name that a mistyped one may mean.
enum NearestName {
    /// The name with the fewest edits, if they are few for its length; the first of several.
    static func of(_ text: String, in names: [String]) -> String? {
        let nearest = names.map { (name: $0, edits: edits(Array(text.utf8), Array($0.utf8))) }
            .min { $0.edits < $1.edits }
        guard let nearest, nearest.edits <= max(1, nearest.name.utf8.count / 3) else { return nil }
        return nearest.name
    }

    /// The smallest number of inserted, omitted, replaced or swapped neighboring bytes (optimal string alignment).
    private static func edits(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var rows = [Array(0...right.count)]
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                let replaced = rows[i][j] + (left[i] == right[j] ? 0 : 1)
                var best = min(replaced, rows[i][j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, rows[i - 1][j - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
