extension FailureText {
    init(_ failure: PipelineFileFailure) {
        let lines = failure.problems
            .sorted { ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column) }
            .map { "\(failure.path):\($0.place.line):\($0.place.column): \(Self.sentence(of: $0.reason))" }
        self.init(
            "The pipeline file cannot be used:",
            details: lines,
            advice: "Nothing was run. The keys are the options of export: batchkeep help export",
            status: .usage
        )
    }

    /// The message for an environment variable that should contain the key but is not set.
    static func unsetVariable(_ name: String) -> String {
        "The variable \(name), which key-variable names, is not set."
    }

    private static func sentence(of reason: PipelineProblem.Reason) -> String {
        switch reason {
        case .unreadable: "There is no such file, or none that can be read as text."
        case .tooLarge: "The file is larger than \(ByteSize.text(InputFile.pipeline.rawValue))."
        case .syntax(let problem): "This is not YAML: \(problem)."
        case .notAMapping: "Here belong keys with values, like since: 30d"
        case .unknownKey(let key, let nearest):
            "There is no key \"\(key)\".\(nearest.map { " Did you mean \($0)?" } ?? "")"
        case .secret(let key):
            "There is no key \"\(key)\". The API key itself does not belong here: name a variable with key-variable, "
                + "or a file with key-file."
        case .repeatedKey(let key): "\(key) stands there twice."
        case .wrongForm(let key, let wanted): "\(key) wants \(wanted)."
        case .rejected(let text): [text.sentence, text.advice].compactMap { $0 }.joined(separator: " ")
        case .missingFile(let key, let path): "The file of \(key), \(path), is not there or cannot be read."
        case .topLevelOnly(let key): "\(key) is about the whole run: write it beside sources, not in one of them."
        case .bothKeys: "key-variable and key-file exclude each other."
        case .badVariable: "key-variable wants the name of a variable: letters, digits and _; not the key itself."
        case .noSources: "sources is empty: name one, or leave it out."
        case .noName: "A source needs a name: it becomes the folder of its archive."
        case .badName(let name): "The name \"\(name)\" cannot be used. Allowed are a to z, 0 to 9, _ and -, up to 64."
        case .repeatedName(let name): "Two sources are called \(name)."
        }
    }
}
