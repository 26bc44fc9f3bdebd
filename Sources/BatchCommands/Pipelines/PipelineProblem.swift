/// Something in a pipeline file that cannot be used; its text is made in ``FailureText``.
struct PipelineProblem: Sendable {
    enum Reason: Sendable {
        /// No file, or none that can be read as UTF-8 text.
        case unreadable
        /// No YAML; the clause says why.
        case syntax(String)
        /// A mapping of keys to values is wanted.
        case notAMapping
        case unknownKey(String, nearest: String?)
        /// A key that looks as if the API key itself stood behind it.
        case secret(String)
        case repeatedKey(String)
        case wrongForm(String, wanted: String)
        /// The option's own parser, or check, does not take the value.
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

/// A pipeline file that cannot be used, with everything that is wrong with it.
struct PipelineFileFailure: Error {
    let path: String
    let problems: [PipelineProblem]
}
