import Dispatch
import Foundation
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A command of the user that `/bin/sh` runs, with a time limit.
///
/// A command that takes too long or prints too much is killed, together with the programs that it started.
struct ShellCommand: Sendable {
    /// The reason why a command did not succeed.
    enum Problem: Error, Sendable, Hashable {
        case notStarted
        /// It ended with a status other than 0, or a signal ended it.
        case failed(status: Int32, isSignal: Bool)
        case tooLong
        /// It, or a program that it started, did not end in time.
        case timedOut
    }

    /// What happens to a running command.
    private enum Event: Sendable {
        case ended(status: Int32, isSignal: Bool)
        /// All of its output; nil if it is too long.
        case output([UInt8]?)
        case timedOut
    }

    let text: String
    let environment: [String: String]
    let timeLimit: Duration

    /// Runs the command and returns its output, of up to `outputLimit` bytes; without a limit, the output is discarded.
    ///
    /// Throws ``Problem``, or `CancellationError`. `clock` measures the time limit.
    @discardableResult
    func run(
        input: FileHandle = .nullDevice,
        errors: FileHandle = .nullDevice,
        outputLimit: Int? = nil,
        clock: any Clock<Duration>
    ) async throws -> [UInt8] {
        let process = Process()
        let pipe = outputLimit.map { _ in Pipe() }
        let (events, event) = AsyncStream<Event>.makeStream()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", text]
        process.environment = environment
        process.standardInput = input
        process.standardOutput = pipe ?? FileHandle.nullDevice
        process.standardError = errors
        process.terminationHandler = { process in
            let isSignal = process.terminationReason == .uncaughtSignal
            event.yield(.ended(status: process.terminationStatus, isSignal: isSignal))
        }
        do {
            try process.run()
        } catch {
            throw Problem.notStarted
        }
        let group = process.processIdentifier
        if let pipe, let outputLimit {
            Self.read(pipe.fileHandleForReading, limit: outputLimit) { event.yield(.output($0)) }
        } else {
            event.yield(.output([]))
        }
        let timer = Task {
            try await clock.sleep(for: timeLimit)
            event.yield(.timedOut)
        }
        defer { timer.cancel() }
        do {
            return try await Self.output(events)
        } catch {
            let isRunning = process.isRunning
            if case Problem.failed = error { throw error }
            // Foundation starts a program in a process group of its own, which has the number of the process.
            if kill(-group, SIGKILL) != 0, isRunning { kill(group, SIGKILL) }
            throw error
        }
    }

    /// The output at the end of the command, whichever of its end and its output comes first.
    private static func output(_ events: AsyncStream<Event>) async throws -> [UInt8] {
        var output: [UInt8]?
        var hasEnded = false
        for await event in events {
            switch event {
            case .timedOut: throw Problem.timedOut
            case .output(nil): throw Problem.tooLong
            case .ended(0, isSignal: false): hasEnded = true
            case .ended(let status, let isSignal): throw Problem.failed(status: status, isSignal: isSignal)
            case .output(let bytes?): output = bytes
            }
            if hasEnded, let output { return output }
        }
        // The stream ends only if the task is canceled.
        throw CancellationError()
    }

    /// Reads a pipe to its end on another thread, or up to the limit.
    private static func read(_ pipe: FileHandle, limit: Int, _ pass: @escaping @Sendable ([UInt8]?) -> Void) {
        DispatchQueue.global()
            .async {
                var bytes: [UInt8] = []
                while let piece = try? pipe.read(upToCount: 4_096), !piece.isEmpty {
                    bytes += piece
                    guard bytes.count <= limit else { return pass(nil) }
                }
                pass(bytes)
            }
    }
}
