import BatchArchive
import BatchPipeline
import BatchService

extension FailureText {
    init(_ failure: KeyFailure) {
        switch failure {
        case .command(let problem, let options):
            self.init(
                "\(options.command): \(Self.clause(problem))",
                advice: Self.advice(problem, options),
                status: .usage
            )
        case .silentCommand(let options):
            self.init("\(options.command): the command printed no key", advice: Self.printOnlyKey, status: .usage)
        case .redaction(let problem):
            self.init(Self.sentence(problem), advice: Self.advice(problem), status: .usage)
        case .header(let place, let problem):
            self.init("\(place): \(Self.clause(problem))", advice: Self.advice(problem), status: .usage)
        }
    }

    private static let printOnlyKey = "use a command that prints only the key, on its first line"

    private static func sentence(_ problem: RedactionKeyProblem) -> String {
        switch problem {
        case .missing: "--redact: no key for the hashes"
        case .unreadable(let path): "--redact-key-file: cannot read '\(path)', or it does not exist"
        case .empty(let path): "--redact-key-file: '\(path)' is empty"
        case .short(let path):
            "--redact-key-file: the key in '\(path)' is too short: must have at least \(KeyedDigest.shortestKey) characters"
        }
    }

    private static func advice(_ problem: RedactionKeyProblem) -> String {
        let make = "openssl rand -hex 32 >redact.key"
        return problem == .missing ? "add --redact-key-file FILE; to make a key: \(make)" : "to make a key: \(make)"
    }

    private static func clause(_ problem: ShellCommand.Problem) -> String {
        switch problem {
        case .notStarted: "cannot start /bin/sh"
        case .failed(let status, isSignal: false): "the command failed with status \(status)"
        case .failed(let signal, isSignal: true): "signal \(signal) ended the command"
        case .tooLong: "the command printed more than \(ByteSize.text(InputFile.key.rawValue))"
        case .timedOut: "the command did not end within \(KeySource.commandTimeLimit.components.seconds) s"
        }
    }

    private static func advice(_ problem: ShellCommand.Problem, _ options: KeySource.Options) -> String {
        switch problem {
        case .notStarted: "use \(options.file) with a file"
        case .failed: "run the command in a shell to see its messages"
        case .tooLong: printOnlyKey
        case .timedOut: "use a command that needs no input and leaves no program running"
        }
    }

    private static func clause(_ problem: CustomHeader.Problem) -> String {
        switch problem {
        case .form: "invalid header: expected 'Name: value'"
        case .reserved(let name): "header \(name): cannot be set"
        case .value(let name):
            "header \(name): the value is empty, or contains a line end or a character that is not visible ASCII"
        }
    }

    private static func advice(_ problem: CustomHeader.Problem) -> String? {
        switch problem {
        case .form: "names have letters, digits and -, such as x-team: research"
        case .reserved(let name):
            switch name.lowercased() {
            case "authorization", "x-api-key": "use --key-file or --key-command, with --key-kind token for Bearer"
            case "host": "use --base-url"
            case "accept-encoding": "use --accept-encoding"
            default: nil
            }
        case .value: "write each header as an option of its own: --header 'Name: value'"
        }
    }

    /// Why a refused key was not replaced, for the end of a sentence.
    static func keyRenewal(_ failure: ServiceError) -> String {
        failure.keyRenewal.map { "; no valid new key: \($0)" } ?? ""
    }

    /// What follows a failed request, as a clause.
    static func next(_ retry: RetryNotice) -> String {
        retry.reason == .keyRenewed ? "continuing with a new key" : "retrying in \(seconds(retry.pause)) s"
    }
}
