extension FailureText {
    init(_ failure: PipelineFileFailure) {
        let isOnly = failure.problems.count == 1
        let lines = failure.problems
            .sorted { ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column) }
            .map {
                "\(failure.path):\($0.place.line):\($0.place.column): \(Self.sentence(of: $0.reason, isOnly: isOnly))"
            }
        self.init(
            lines.first ?? "\(failure.path): invalid pipeline file",
            details: Array(lines.dropFirst()),
            detailsAreErrors: true,
            advice: failure.problems.count == 1 ? Self.advice(for: failure.problems[0].reason) : Self.help,
            status: .usage
        )
    }

    /// The message for an environment variable that should contain the key but is not set.
    static func unsetVariable(_ name: String) -> String {
        "key-variable: the environment variable \(name) is not set"
    }

    /// The hint for a file with several problems.
    private static let help = "the keys are the options of export: batchkeep export --help"

    /// The hint for the only problem of a file.
    private static func advice(for reason: PipelineProblem.Reason) -> String? {
        switch reason {
        case .unknownKey(_, let nearest?): suggestion(nearest)
        case .unknownKey(_, nil), .notAMapping: help
        case .secret:
            "use key-variable with the name of a variable, key-file with a file, or key-command with a command"
        case .rejected(let text): text.advice
        case .topLevelOnly: "move it to the top level of the file"
        case .homePath: "write the path of the home folder instead of ~"
        case .noSources: "add a source, or remove the key"
        default: nil
        }
    }

    /// The problem as a clause, with a suggestion if the file has several problems.
    private static func sentence(of reason: PipelineProblem.Reason, isOnly: Bool) -> String {
        let text = clause(of: reason)
        if !isOnly, case .unknownKey(_, let nearest?) = reason { return "\(text); \(suggestion(nearest))" }
        if !isOnly, case .rejected(let failure) = reason { return failure.sentenceWithAdvice }
        return text
    }

    private static func clause(of reason: PipelineProblem.Reason) -> String {
        switch reason {
        case .unreadable: "cannot read the file: it does not exist or is not UTF-8 text"
        case .tooLarge: "larger than \(ByteSize.text(InputFile.pipeline.rawValue))"
        case .syntax(let problem): "invalid YAML: \(problem)"
        case .notAMapping: "expected keys with values, such as since: 30d"
        case .unknownKey(let key, _): "unknown key '\(key)'"
        case .secret(let key): "unknown key '\(key)': the API key must not be in this file"
        case .repeatedKey(let key): "'\(key)' is repeated"
        case .wrongForm(let key, let wanted): "\(key): must be \(wanted)"
        case .rejected(let text): text.sentence
        case .homePath(let key, let path): "\(key): invalid path '\(path)': only a shell replaces ~"
        case .missingFile(let key, let path): "\(key): file not found or unreadable: '\(path)'"
        case .topLevelOnly(let key): "\(key): not allowed in a source, because it applies to the whole run"
        case .severalKeys(let names): "\(names.joined(separator: ", ")): cannot be used together"
        case .badVariable: "key-variable: must be the name of a variable (letters, digits and _), not the key itself"
        case .noSources: "sources: must not be empty"
        case .noName: "name is missing: each source needs a name for the folder of its archive"
        case .badName(let name): "invalid name '\(name)': must have 1 to 64 of a to z, 0 to 9, _ and -"
        case .repeatedName(let name): "name '\(name)' is repeated"
        }
    }
}
