/// A pipeline file as it is written: settings, and the sources they are for.
struct PipelineFile: Sendable {
    /// Where something stands, from 1.
    struct Place: Sendable, Hashable {
        var line: Int
        var column: Int

        static let start = Place(line: 1, column: 1)
    }

    /// One key and what stands behind it.
    struct Setting: Sendable {
        let key: PipelineKey
        /// A flag has `true` or `false`.
        let values: [String]
        let place: Place

        /// As on the command line; a value cannot be taken for another option.
        var arguments: [String] {
            key.form == .flag ? (values == ["true"] ? ["--\(key.name)"] : []) : values.map { "--\(key.name)=\($0)" }
        }
    }

    /// Settings with the variable that holds the key, of the file or of one source.
    struct Settings: Sendable {
        var options: [Setting] = []
        var keyVariable: String?

        /// These settings with those of one source over them.
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
