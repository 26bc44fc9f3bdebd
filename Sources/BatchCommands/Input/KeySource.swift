import BatchArchive
import BatchService
import Foundation

/// The API credential, the place from which it was read, and the way to read it again.
///
/// Errors name only the place.
struct KeySource: Sendable {
    let credential: Credential
    /// The environment variable, such as `ANTHROPIC_API_KEY`, the path of the key file, or `--key-command`.
    let place: String
    /// Reads the key again; nil for a variable and for a pipe, which can be read only once.
    let renewal: KeyRenewal?

    /// The longest time that a key command may take.
    static let commandTimeLimit = Duration.seconds(60)

    /// The options that name a key, for messages.
    struct Options: Sendable, Hashable {
        let file: String
        let command: String

        static let ordinary = Options(file: "--key-file", command: "--key-command")
        static let admin = Options(file: "--admin-key-file", command: "--admin-key-command")
    }

    /// The environment variable that contains an Admin key.
    static let adminVariable = "ANTHROPIC_ADMIN_KEY"

    /// Reads the key from the key file, the key command or the named variable if there is one, else from
    /// `ANTHROPIC_API_KEY`, else from `ANTHROPIC_AUTH_TOKEN`.
    ///
    /// The key is never read from the command line, because other users can see it there. `kind` is by default a token
    /// for `ANTHROPIC_AUTH_TOKEN` and a key for the others. Throws ``CommandFailure`` or `CancellationError`.
    init(keyFile: String?, keyCommand: String?, kind: KeyKind?, context: CommandContext) async throws {
        if let keyFile {
            try self.init(file: keyFile, .ordinary, kind: kind ?? .key)
        } else if let keyCommand {
            try await self.init(command: keyCommand, .ordinary, kind: kind ?? .key, context: context)
        } else if let name = context.keyVariable {
            guard let key = try Self.key(of: name, in: context) else { throw CommandFailure.unsetKeyVariable(name) }
            self.init(credential: (kind ?? .key).credential(key), place: name)
        } else if let key = try Self.key(of: "ANTHROPIC_API_KEY", in: context) {
            self.init(credential: (kind ?? .key).credential(key), place: "ANTHROPIC_API_KEY")
        } else if let token = try Self.key(of: "ANTHROPIC_AUTH_TOKEN", in: context) {
            self.init(credential: (kind ?? .token).credential(token), place: "ANTHROPIC_AUTH_TOKEN")
        } else {
            throw CommandFailure.noKey
        }
    }

    /// Reads the Admin key from its file, its command, or ``adminVariable``, and from no place of an ordinary key.
    ///
    /// Throws ``CommandFailure`` or `CancellationError`.
    init(adminKeyFile: String?, adminKeyCommand: String?, kind: KeyKind?, context: CommandContext) async throws {
        if let adminKeyFile {
            try self.init(file: adminKeyFile, .admin, kind: kind ?? .key)
        } else if let adminKeyCommand {
            try await self.init(command: adminKeyCommand, .admin, kind: kind ?? .key, context: context)
        } else if let key = try Self.key(of: Self.adminVariable, in: context) {
            self.init(credential: (kind ?? .key).credential(key), place: Self.adminVariable)
        } else {
            throw CommandFailure.noAdminKey
        }
    }

    /// Reads the key from a file, and reads it again after a 401 unless the file is a pipe.
    private init(file: String, _ options: Options, kind: KeyKind) throws(CommandFailure) {
        let read = { @Sendable () throws(CommandFailure) in
            guard let text = try InputFile.key.read(file), let key = Self.key(in: text) else {
                throw .unreadableKeyFile(file, option: options.file)
            }
            return kind.credential(key)
        }
        let isFile = (try? FileStatus.of(file))?.kind == .file
        self.init(credential: try read(), place: file, renewal: isFile ? Self.renewal(by: read) : nil)
    }

    /// Runs a command that prints the key, and runs it again after a 401.
    private init(command: String, _ options: Options, kind: KeyKind, context: CommandContext) async throws {
        let read = { @Sendable () async throws in
            let output = try await Self.output(ofKeyCommand: command, options, in: context)
            guard let key = Self.key(in: output) else { throw CommandFailure.key(.silentCommand(options)) }
            return kind.credential(key)
        }
        self.init(credential: try await read(), place: options.command, renewal: Self.renewal(by: read))
    }

    private init(credential: Credential, place: String, renewal: KeyRenewal? = nil) {
        self.credential = credential
        self.place = place
        self.renewal = renewal
    }

    /// A renewal whose errors are clauses.
    private static func renewal(by read: @escaping KeyRenewal) -> KeyRenewal {
        {
            do {
                return try await read()
            } catch let failure as CommandFailure {
                throw KeyRenewalFailure(reason: FailureText(failure).sentence)
            }
        }
    }

    /// Runs a command that prints the key, with the environment of this program.
    ///
    /// Neither its output nor its messages appear anywhere.
    private static func output(
        ofKeyCommand text: String,
        _ options: Options,
        in context: CommandContext
    ) async throws -> [UInt8] {
        let command = ShellCommand(text: text, environment: context.environment, timeLimit: commandTimeLimit)
        do {
            return try await command.run(outputLimit: InputFile.key.rawValue, clock: context.clock)
        } catch let problem as ShellCommand.Problem {
            throw CommandFailure.key(.command(problem, options))
        }
    }

    private static func key(of variable: String, in context: CommandContext) throws(CommandFailure) -> String? {
        guard let value = context.variable(variable) else { return nil }
        guard value.utf8.count <= InputFile.key.rawValue else { throw .keyTooLong(variable: variable) }
        return key(in: Array(value.utf8))
    }

    /// The first line that is not empty, without the white space around it; nil if there is none.
    ///
    /// A variable is often the content of a file, with its line end.
    static func key(in text: [UInt8]) -> String? {
        let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.lazy.map { $0.trimmingCharacters(in: .whitespaces) }.first { !$0.isEmpty }
    }
}

/// How a key is sent.
enum KeyKind: String, Sendable, CaseIterable {
    /// As `x-api-key`.
    case key
    /// As `authorization: Bearer`.
    case token

    func credential(_ text: String) -> Credential {
        switch self {
        case .key: .apiKey(text)
        case .token: .bearer(text)
        }
    }
}

/// An invalid key command or header of the user.
///
/// ``FailureText`` contains the messages.
enum KeyFailure: Error, Sendable, Hashable {
    case command(ShellCommand.Problem, KeySource.Options)
    /// The command printed no key.
    case silentCommand(KeySource.Options)
    /// The key of `--redact` is missing or cannot be used.
    case redaction(RedactionKeyProblem)
    /// `place` is `--header`, or a line of the variable.
    case header(place: String, CustomHeader.Problem)
}
