import BatchArchive
import SystemPackage

/// The small files that commands read as a whole, and the largest size of each in bytes.
enum InputFile: Int {
    case key = 0x1_0000
    case pipeline = 0x10_0000
    case prices = 0x100_0000
    case batchList = 0x1000_0000

    /// The name of the file in messages.
    private var name: String {
        switch self {
        case .key: "the key file"
        case .pipeline: "the pipeline file"
        case .prices: "the price file"
        case .batchList: "the list of batches"
        }
    }

    /// Reads a file, which may be a pipe; nil if it cannot be read.
    func read(_ path: String) throws(CommandFailure) -> [UInt8]? {
        do {
            return try readInput(at: path, limit: rawValue)
        } catch {
            if case .tooLarge = error.cause { throw tooLarge(path) }
            return nil
        }
    }

    /// Reads standard input to its end.
    func readFromStandardInput() throws(CommandFailure) -> [UInt8] {
        do {
            return try readStandardInput(limit: rawValue)
        } catch {
            if case .tooLarge = error.cause { throw tooLarge("on standard input") }
            throw .unreadableInput(error.code ?? .ioError)
        }
    }

    private func tooLarge(_ place: String) -> CommandFailure {
        .inputTooLarge("\(name) \(place)", limit: rawValue)
    }
}
