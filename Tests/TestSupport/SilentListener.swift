package import Foundation

/// Runs `body` with the port of a listener that never sends anything; without Python it does nothing.
package func withSilentListener(_ body: (Int) async throws -> Void) async throws {
    let path = "/usr/bin/python3"
    guard FileManager.default.isExecutableFile(atPath: path) else {
        print("skipped: \(path) is not installed")
        return
    }
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(filePath: path)
    process.arguments = [
        "-c",
        """
        import socket, sys
        listener = socket.create_server(("127.0.0.1", 0))
        print(listener.getsockname()[1], flush=True)
        sys.stdin.read()
        """,
    ]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    defer {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
    guard let port = try output.fileHandleForReading.readLine().flatMap({ Int($0) }) else { throw NoListener() }
    try await body(port)
}

/// The listener ended before it printed its port.
private struct NoListener: Error {}

extension FileHandle {
    /// The next line without its end; nil if the stream ends before the line does.
    ///
    /// Reads nothing after the line, so that the writer can continue.
    package func readLine() throws -> String? {
        var line: [UInt8] = []
        while let byte = try read(upToCount: 1)?.first {
            if byte == 0x0A { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }
}
