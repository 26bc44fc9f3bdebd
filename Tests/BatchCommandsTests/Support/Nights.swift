import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Synchronization

/// One archive and one service over many nights, with a clock that only the test advances.
struct Nights {
    static let start = Timestamp("2026-11-01T02:00:00Z") ?? Timestamp(seconds: 0)
    static let day: Int64 = 86_400

    let server: SimulatorServer
    let archive: Archive
    private let clock: ManualClock

    var path: String { archive.url.path }
    var now: Timestamp { clock.now }

    /// Runs `body` with a new archive and a service with some batches.
    static func run(
        _ batches: [SimulatedBatch],
        faults: [Fault] = [],
        _ body: (Nights) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "batchkeep-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let clock = ManualClock(at: start)
        try await withSimulator(Scenario(batches: batches, faults: faults, clock: .manual(clock))) { server in
            try await body(Nights(server: server, archive: Archive(url: folder), clock: clock))
        }
    }

    /// Runs a command on the archive, or without it if the arguments name another.
    ///
    /// `onNote` gets every note as it is written.
    func run(
        _ arguments: [String],
        inArchive: Bool = true,
        input: String = "",
        onNote: @escaping @Sendable (String) -> Void = { _ in },
        onOutput: (@Sendable (String) throws -> Void)? = nil
    ) async -> InProcess {
        await InProcess.run(
            arguments + (inArchive ? ["--archive", path] : []),
            at: server.baseURL,
            input: input,
            now: { [clock] in clock.now },
            onNote: onNote,
            onOutput: onOutput
        )
    }

    /// Runs an export with its document.
    ///
    /// The line limit makes the long lines of ``batch(_:daysBefore:kind:)`` fail.
    func export(_ arguments: String...) async -> InProcess {
        await run(["export", "--json", "--max-line-bytes", "1024"] + arguments)
    }

    /// The document of `batchkeep status`.
    func status() async -> [String: Any] {
        await run(["status", "--format", "json"]).document
    }

    /// Advances the clock.
    func pass(days: Int64 = 0, hours: Int64 = 0) {
        clock.advance(seconds: days * Self.day + hours * 3_600)
    }

    /// How often the results of a batch were requested.
    func fetches(of id: String) -> Int {
        server.service.requests.count { $0.endpoint == .results && $0.batchID == id }
    }

    /// How many pages of the listing were requested.
    var pages: Int {
        server.service.requests.count { $0.endpoint == .list }
    }
}

extension Nights {
    /// The outcome of a batch when it is exported.
    enum Kind {
        case good
        /// Its line is longer than the limit of the exports here: it fails without a retry.
        case tooLong
        /// It has no `results_url`: unavailable.
        case withoutResults
        /// It has one line more than promised: quarantined.
        case contradicting
        case inProgress
    }

    /// A batch of one request, created the given number of days before the first night.
    static func batch(_ name: String, daysBefore days: Double, kind: Kind = .good) throws -> SimulatedBatch {
        let id = "msgbatch_\(name)"
        let created = Timestamp(nanoseconds: start.nanoseconds - Int128(days * 864e11))
        let hasEnded = kind != .inProgress
        let document = """
            {"id":"\(id)","type":"message_batch","processing_status":"\(hasEnded ? "ended" : "in_progress")",\
            "request_counts":{"processing":\(hasEnded ? 0 : 1),"succeeded":0,"errored":0,"canceled":\(hasEnded ? 1 : 0),\
            "expired":0},"created_at":"\(created.text)","expires_at":"\(created.adding(seconds: day).text)",\
            "ended_at":\(hasEnded ? "\"\(created.adding(seconds: 60).text)\"" : "null"),"cancel_initiated_at":null,\
            "archived_at":null,"results_url":\(hasEnded && kind != .withoutResults ? resultsURL(of: id) : "null")}
            """
        let name = kind == .tooLong ? String(repeating: "x", count: 2_000) : "request"
        let lines = (0..<(kind == .contradicting ? 2 : 1))
            .map { "{\"custom_id\":\"\(name)-\($0)\",\"result\":{\"type\":\"canceled\"}}\n" }
        return try SimulatedBatch(document: Array(document.utf8), results: Array(lines.joined().utf8))
    }

    /// The member `results_url` as the API returns it.
    static func resultsURL(of id: String) -> String {
        "\"{base_url}/v1/messages/batches/\(id)/results\""
    }
}
