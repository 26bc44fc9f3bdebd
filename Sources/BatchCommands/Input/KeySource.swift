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
            self.init(credential: .apiKey(try Self.read(keyFile)), place: keyFile)
        } else if let name = context.keyVariable {
            guard let key = context.variable(name) else { throw .unsetKeyVariable(name) }
            self.init(credential: .apiKey(key), place: name)
        } else if let key = context.variable("ANTHROPIC_API_KEY") {
            self.init(credential: .apiKey(key), place: "ANTHROPIC_API_KEY")
        } else if let token = context.variable("ANTHROPIC_AUTH_TOKEN") {
            self.init(credential: .bearer(token), place: "ANTHROPIC_AUTH_TOKEN")
        } else {
            throw .noKey
        }
    }

    private init(credential: Credential, place: String) {
        self.credential = credential
        self.place = place
    }

    /// The first line of the file, without the white space around it.
    private static func read(_ path: String) throws(CommandFailure) -> String {
        guard let data = FileManager.default.contents(atPath: path) else { throw .unreadableKeyFile(path) }
        let line = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
        let key = line.trimmingCharacters(in: .whitespaces)
        guard !key.isEmpty else { throw .unreadableKeyFile(path) }
        return key
    }
}
