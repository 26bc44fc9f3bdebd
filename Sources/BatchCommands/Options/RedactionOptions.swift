import ArgumentParser
import BatchArchive

/// The options that hide who and what the results are about.
struct RedactionOptions: ParsableArguments {
    @Flag(
        name: .customLong("redact"),
        help: "Replace custom IDs by keyed hashes, and leave out text."
    )
    var isWanted = false

    @Option(
        name: .customLong("redact-key-file"),
        help: ArgumentHelp(
            "Read the key of the hashes from this file; it must have at least \(KeyedDigest.shortestKey) characters.",
            valueName: "file"
        ),
        completion: .file(),
        transform: NamedValue.path
    )
    var keyFile: String?

    /// The hashes that replace IDs; nil without `--redact`.
    func digest() throws(CommandFailure) -> KeyedDigest? {
        guard isWanted else {
            guard keyFile == nil else { throw .conflict("--redact-key-file: can only be used with --redact") }
            return nil
        }
        guard let keyFile else { throw .key(.redaction(.missing)) }
        guard let text = try InputFile.key.read(keyFile) else { throw .key(.redaction(.unreadable(keyFile))) }
        guard let key = KeySource.key(in: text) else { throw .key(.redaction(.empty(keyFile))) }
        guard let digest = KeyedDigest(key: Array(key.utf8)) else { throw .key(.redaction(.short(keyFile))) }
        return digest
    }
}

/// A key of `--redact` that is missing or cannot be used; the values are the paths of files.
enum RedactionKeyProblem: Sendable, Hashable {
    case missing
    case unreadable(String)
    case empty(String)
    case short(String)
}
