import Foundation

extension FileHandle {
    /// The next line without its end; nil if the stream ends before the line does.
    ///
    /// Reads nothing after the line, so that the writer can continue.
    func readLine() throws -> String? {
        var line: [UInt8] = []
        while let byte = try read(upToCount: 1)?.first {
            if byte == 0x0A { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }
}
