import BatchCatalog
import BatchCommands
import Foundation
import Synchronization
import Testing

/// One command fills the index of an archive while another one waits.
struct IndexWaitTests {
    private static let count = ["query", "SELECT count(*) AS n FROM results"]

    @Test func `a query waits while another command fills the index`() async throws {
        try await InProcess.withSamples { archive, _, _ in
            let other = try Filling(of: archive)
            let run = await InProcess.run(
                Self.count + ["--archive", archive.url.path],
                at: "http://127.0.0.1:9",
                clock: QuickClock(),
                onNote: { if $0.contains("another command is updating it") { other.end() } }
            )
            #expect(run.output == "{\"n\":1053}\n" && run.notes.contains("waiting for it to end"), "\(run.notes)")
        }
    }

    @Test func `a filling that does not end is reported with advice`() async throws {
        try await InProcess.withSamples { archive, _, _ in
            let other = try Filling(of: archive)
            let run = await InProcess.run(
                Self.count + ["--archive", archive.url.path],
                at: "http://127.0.0.1:9",
                clock: QuickClock()
            )
            #expect(run.status == .busy && run.output == "")
            #expect(
                run.notes.contains("run the same query again later") && !run.notes.contains("locked"),
                "\(run.notes)"
            )
            other.end()
        }
    }
}

/// A filling by another command that does not end by itself.
private final class Filling: Sendable {
    private let index: Mutex<ResultIndex?>

    init(of archive: Archive) throws {
        let index = try ResultIndex(at: archive.url.appending(path: "results.sqlite").path)
        try index.beginUpdate()
        self.index = Mutex(index)
    }

    func end() {
        index.withLock { index in
            try? index?.endUpdate(without: [])
            index = nil
        }
    }
}
