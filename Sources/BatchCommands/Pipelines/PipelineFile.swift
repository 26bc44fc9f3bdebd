/// The contents of a pipeline file: settings and sources.
struct PipelineFile: Sendable {
    /// A line and a column, both counted from 1.
    struct Place: Sendable, Hashable {
        var line: Int
        var column: Int

        static let start = Place(line: 1, column: 1)
    }

    /// One key of the file with its values.
    struct Setting: Sendable {
        let key: PipelineKey
        /// The values of the key, or `true` or `false` for a flag.
        let values: [String]
        let place: Place

        /// The setting as command-line arguments.
        ///
        /// The form `--name=value` ensures that no value is parsed as an option.
        var arguments: [String] {
            key.form == .flag ? (values == ["true"] ? ["--\(key.name)"] : []) : values.map { "--\(key.name)=\($0)" }
        }
    }

    /// The settings of the file or of one source, and the environment variable that contains the API key.
    struct Settings: Sendable {
        var options: [Setting] = []
        var keyVariable: String?

        /// Whether they say where the API key is.
        var namesKey: Bool {
            keyVariable != nil || options.contains { PipelineKey.keyOptions.contains($0.key.name) }
        }

        /// These settings, except that the settings of a source replace those with the same name.
        func overridden(by source: Settings) -> Settings {
            var names = PipelineKey.replaced(by: Set(source.options.map(\.key.name)))
            // A source uses only one API key, so its variable replaces a key file or a key command.
            if source.keyVariable != nil { names.formUnion(PipelineKey.keyOptions) }
            return Settings(
                options: options.filter { !names.contains($0.key.name) } + source.options,
                keyVariable: names.contains("key-file") ? source.keyVariable : keyVariable
            )
        }
    }

    /// One source of the file: a workspace or an API key.
    struct Source: Sendable {
        let name: String
        let settings: Settings
        let place: Place
    }

    let path: String
    var settings = Settings()
    /// The sources, or an empty list if the file describes one unnamed source.
    ///
    /// The unnamed source uses the archive folder itself. A named source uses a subfolder.
    var sources: [Source] = []
    var parallel = 1
}

/// An error in a pipeline file.
///
/// ``FailureText`` contains the messages.
struct PipelineProblem: Sendable {
    enum Reason: Sendable {
        /// The file does not exist or is not UTF-8 text.
        case unreadable
        /// The file is larger than ``InputFile/pipeline`` allows.
        case tooLarge
        /// The file is not valid YAML. The value is the reason.
        case syntax(String)
        /// The value is not a mapping of keys to values.
        case notAMapping
        case unknownKey(String, nearest: String?)
        /// A key whose value is probably the API key.
        case secret(String)
        case repeatedKey(String)
        case wrongForm(String, wanted: String)
        /// The parser or the check of the option rejects the value.
        case rejected(FailureText)
        case missingFile(key: String, path: String)
        /// A path begins with `~/`, which only a shell replaces.
        case homePath(key: String, path: String)
        /// A source contains a key that is allowed only at the top of the file.
        case topLevelOnly(String)
        /// Several keys of the file say where the API key is; their names.
        case severalKeys([String])
        case badVariable
        case noSources
        case noName
        case badName(String)
        case repeatedName(String)
    }

    let reason: Reason
    let place: PipelineFile.Place
}

/// The error for an invalid pipeline file, with all problems in it.
struct PipelineFileFailure: Error {
    let path: String
    let problems: [PipelineProblem]
}
