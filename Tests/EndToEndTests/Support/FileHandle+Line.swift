import Foundation

extension FileHandle {
    /// The next line without its end; nil where the stream ends before one does.
    ///
    /// Reads nothing behind the line: whoever writes goes on writing.
    func readLine() throws -> String? {
        var line: [UInt8] = []
        while let byte = try read(upToCount: 1)?.first {
            if byte == 0x0A { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }
}
