import BatchSimulator
import Foundation
import MessageBatches

/// What a command prints on a terminal without colors.
enum Screen {
    /// Runs a command on an archive and returns its standard output.
    static func text(
        _ arguments: [String],
        width: Int,
        at baseURL: String = "http://127.0.0.1:9",
        now: @escaping @Sendable () -> Timestamp
    ) async -> String {
        await InProcess.run(arguments, at: baseURL, environment: ["NO_COLOR": "1"], now: now, width: width).output
    }
}

extension Nights {
    /// Runs a command on the archive, and returns what it prints on a terminal.
    func screen(_ arguments: [String], width: Int = 80, inArchive: Bool = true) async -> String {
        let moment = now
        let text = await Screen.text(
            arguments + (inArchive ? ["--archive", path] : []),
            width: width,
            at: server.baseURL,
            now: { moment }
        )
        return text.replacing(path, with: "ARCHIVE")
    }
}
