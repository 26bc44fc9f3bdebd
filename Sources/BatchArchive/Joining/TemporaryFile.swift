/// A file without a name: nothing is left of it, however the program ends.
struct TemporaryFile: ~Copyable, Sendable {
    let file: OpenFile
    private(set) var size = 0

    /// Makes one in a folder, which must be there.
    init(in folder: String) throws(ArchiveFailure) {
        let number = UInt64.random(in: 0...UInt64.max)
        let path = "\(folder)/batchkeep-\(String(number, radix: 36))"
        let file = try OpenFile(path, .creating)
        try SystemCall.remove(path)
        self.file = file
    }

    /// Writes behind what was written before.
    mutating func append(_ bytes: [UInt8]) throws(ArchiveFailure) {
        try file.write(bytes.span)
        size += bytes.count
    }
}

extension TemporaryFile {
    /// The file alone, for reading.
    consuming func intoFile() -> OpenFile { file }
}
