/// A file without a name: nothing is left of it, however the program ends.
package struct TemporaryFile: ~Copyable, Sendable {
    package let file: OpenFile
    package private(set) var size = 0

    /// Makes one in a folder, which must be there.
    package init(in folder: String) throws(ArchiveFailure) {
        let number = UInt64.random(in: 0...UInt64.max)
        let path = "\(folder)/batchkeep-\(String(number, radix: 36))"
        let file = try OpenFile(path, .creating)
        try SystemCall.remove(path)
        self.file = file
    }

    /// Writes behind what was written before.
    package mutating func append(_ bytes: [UInt8]) throws(ArchiveFailure) {
        try file.write(bytes.span)
        size += bytes.count
    }
}

extension TemporaryFile {
    /// The file alone, for reading.
    package consuming func intoFile() -> OpenFile { file }
}
