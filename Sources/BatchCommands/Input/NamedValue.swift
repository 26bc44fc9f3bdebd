import ArgumentParser
import MessageBatches

/// Parses the values of options and arguments that name files, folders and batches.
///
/// An unset shell variable leaves an empty value. It is an error, and not the current folder or a batch without an ID.
enum NamedValue {
    /// The path of a file or a folder, which is not empty.
    @Sendable
    static func path(_ text: String) throws -> String {
        guard !text.isEmpty else { throw ValidationError("must be a path") }
        return text
    }

    /// The ID of a batch, which is safe as a file name and in a URL.
    ///
    /// One that a table has cut ends with an ellipsis; commands name the full one.
    @Sendable
    static func batchID(_ text: String) throws -> String {
        guard MessageBatch.isSafeID(text.hasSuffix("…") ? String(text.dropLast()) : text) else {
            throw ValidationError("must have 1 to 128 letters, digits, _ and -")
        }
        return text
    }
}
