import BatchService
import Foundation

/// The API credential and the place from which it was read.
///
/// Errors name only the place.
struct KeySource: Sendable {
    let credential: Credential
    /// The environment variable, such as `ANTHROPIC_API_KEY`, or the path of the key file.
    let place: String

    /// Reads the key from the key file or the named variable if there is one, else from `ANTHROPIC_API_KEY`, else from
    /// `ANTHROPIC_AUTH_TOKEN`.
    ///
    /// The key is never read from the command line, because other users can see it there.
    init(keyFile: String?, context: CommandContext) throws(CommandFailure) {
        if let keyFile {
            guard let text = try InputFile.key.read(keyFile), let key = Self.key(in: text) else {
                throw .unreadableKeyFile(keyFile)
            }
            self.init(credential: .apiKey(key), place: keyFile)
        } else if let name = context.keyVariable {
            guard let key = try Self.key(of: name, in: context) else { throw .unsetKeyVariable(name) }
            self.init(credential: .apiKey(key), place: name)
        } else if let key = try Self.key(of: "ANTHROPIC_API_KEY", in: context) {
            self.init(credential: .apiKey(key), place: "ANTHROPIC_API_KEY")
        } else if let token = try Self.key(of: "ANTHROPIC_AUTH_TOKEN", in: context) {
            self.init(credential: .bearer(token), place: "ANTHROPIC_AUTH_TOKEN")
        } else {
            throw .noKey
        }
    }

    private init(credential: Credential, place: String) {
        self.credential = credential
        self.place = place
    }

    private static func key(of variable: String, in context: CommandContext) throws(CommandFailure) -> String? {
        guard let value = context.variable(variable) else { return nil }
        guard value.utf8.count <= InputFile.key.rawValue else { throw .keyTooLong(variable: variable) }
        return key(in: Array(value.utf8))
    }

    /// The first line that is not empty, without the white space around it; nil if there is none.
    ///
    /// A variable is often the content of a file, with its line end.
    private static func key(in text: [UInt8]) -> String? {
        let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.lazy.map { $0.trimmingCharacters(in: .whitespaces) }.first { !$0.isEmpty }
    }
}
