import BatchSimulator
import Foundation

/// What curl got: a client that shares no code with the server.
struct CurlAnswer {
    /// 0 for a whole answer, 18 for a body cut short, 52 for no answer at all, 56 for a reset.
    var exitStatus: Int32
    var status: Int
    /// In lower case.
    var headers: [HeaderField]
    var body: [UInt8]
}

/// Fetches a URL with curl; the key and the version are sent along.
func curl(_ url: String, _ options: [String] = [], key: String? = "sk-ant-test") async throws -> CurlAnswer {
    try await withTemporaryFolder { folder in
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        process.arguments = ["-D", folder + "/head", "-o", folder + "/body"] + arguments(key: key) + options + [url]
        process.standardError = FileHandle.nullDevice
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        let head = String(decoding: FileManager.default.contents(atPath: folder + "/head") ?? Data(), as: UTF8.self)
        let body = FileManager.default.contents(atPath: folder + "/body") ?? Data()
        return parsed(head, exitStatus: process.terminationStatus, body: Array(body))
    }
}

/// A download that takes nothing from the socket until it is asked to: curl writes into a pipe that nobody reads.
struct StalledDownload {
    private let process = Process()
    private let pipe = Pipe()

    init(_ url: String) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        process.arguments = arguments(key: "sk-ant-test") + [url]
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// Takes all that is left and gives curl's exit status.
    func finish() -> Int32 {
        _ = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus
    }
}

private func arguments(key: String?) -> [String] {
    ["-q", "-sS", "--noproxy", "*", "-H", "anthropic-version: 2023-06-01"]
        + (key.map { ["-H", "x-api-key: \($0)"] } ?? [])
}

private func parsed(_ head: String, exitStatus: Int32, body: [UInt8]) -> CurlAnswer {
    let lines = head.split(separator: "\r\n").map(String.init)
    let status = lines.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0
    let headers = lines.dropFirst()
        .compactMap { line -> HeaderField? in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            return HeaderField(parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces))
        }
    return CurlAnswer(exitStatus: exitStatus, status: status, headers: headers, body: body)
}
