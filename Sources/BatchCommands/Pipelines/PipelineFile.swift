/// A pipeline file as it is written: settings and sources.
struct PipelineFile: Sendable {
    /// A line and a column, from 1.
    struct Place: Sendable, Hashable {
        var line: Int
        var column: Int

        static let start = Place(line: 1, column: 1)
    }

    /// One key with its values.
    struct Setting: Sendable {
        let key: PipelineKey
        /// A flag has `true` or `false`.
        let values: [String]
        let place: Place

        /// The setting as on the command line.
        ///
        /// A value cannot be mistaken for an option.
        var arguments: [String] {
            key.form == .flag ? (values == ["true"] ? ["--\(key.name)"] : []) : values.map { "--\(key.name)=\($0)" }
        }
    }

    /// The settings of the file or of one source, with the variable that holds the key.
    struct Settings: Sendable {
        var options: [Setting] = []
        var keyVariable: String?

        /// These settings, replaced by those of one source as far as it has its own.
        func overridden(by source: Settings) -> Settings {
            var names = Set(source.options.map(\.key.name))
            // A source has one key.
            if source.keyVariable != nil { names.insert("key-file") }
            return Settings(
                options: options.filter { !names.contains($0.key.name) } + source.options,
                keyVariable: names.contains("key-file") ? source.keyVariable : keyVariable
            )
        }
    }

    /// One workspace or key of several.
    struct Source: Sendable {
        let name: String
        let settings: Settings
        let place: Place
    }

    let path: String
    var settings = Settings()
    /// Empty for a file about one source without a name, whose archive is the archive itself.
    var sources: [Source] = []
    var parallel = 1
}

/// An error in a pipeline file.
///
/// ``FailureText`` makes its text.
struct PipelineProblem: Sendable {
    enum Reason: Sendable {
        /// No file, or none that can be read as UTF-8 text.
        case unreadable
        /// Invalid YAML; the clause says why.
        case syntax(String)
        /// Not a mapping of keys to values.
        case notAMapping
        case unknownKey(String, nearest: String?)
        /// A key that looks as if its value were the API key.
        case secret(String)
        case repeatedKey(String)
        case wrongForm(String, wanted: String)
        /// The option's own parser or check refuses the value.
        case refused(FailureText)
        case missingFile(key: String, path: String)
        /// A key of the whole file in one of its sources.
        case onlyOnTop(String)
        case bothKeys
        case badVariable
        case noSources
        case noName
        case badName(String)
        case repeatedName(String)
    }

    let reason: Reason
    let place: PipelineFile.Place
}

/// An invalid pipeline file with all its errors.
struct PipelineFileFailure: Error {
    let path: String
    let problems: [PipelineProblem]
}
