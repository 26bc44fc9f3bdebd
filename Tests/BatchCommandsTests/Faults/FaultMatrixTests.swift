import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// The fault matrix: each row runs the whole program and the real HTTP client.
///
/// With every fault, nothing is lost or duplicated and nothing unproven is published. A second run without the fault
/// completes the archive.
struct FaultMatrixTests {
    private func scenario(_ row: FaultRow) throws -> Scenario {
        var scenario = try Scenario.generated(lines: 40, batches: 3)
        let hit = scenario.batches[1].id
        scenario.faults = row.faults(hit, try #require(SimulatedService(scenario).results(of: hit)))
        return scenario
    }

    @Test(arguments: FaultMatrix.rows)
    func `each fault ends as the matrix describes`(row: FaultRow) async throws {
        let scenario = try scenario(row)
        try await InProcess.export(scenario, row.arguments, clock: QuickClock()) { run, archive, server in
            #expect(run.status == row.status, "\(run.notes)")
            #expect(row.sentence.isEmpty || run.notes.contains(row.sentence), "\(run.notes)")
            #expect(archive.archivedIDs.count == row.archived, "\(run.notes)")
            #expect(archive.files(in: "_quarantine").count { $0.hasSuffix(".json") } == row.quarantined)
            #expect(archive.files(in: "_partial").isEmpty)
            try archive.expectProven(by: server)
        }
    }

    @Test func `the documentation contains the tested matrix`() throws {
        let page = URL(filePath: #filePath)
            .appending(path: "../../../../Sources/BatchPipeline/BatchPipeline.docc/Faults.md")
            .standardized
        let documented = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("| ") && !$0.hasPrefix("| fault ") && !$0.hasPrefix("| --- ") }
            .map(String.init)
        let tested =
            FaultMatrix.rows.map { row in
                "| \(row.name) | \(row.status.rawValue) | \(row.sentence.isEmpty ? "—" : row.sentence) | \(row.fate) |"
            } + NetworkFaults.rows.map { "| \($0.name) | 1 | \($0.sentence) | none archived |" }
        #expect(documented == tested, "The table should be:\n\(tested.joined(separator: "\n"))")
    }
}

extension FaultRow: CustomTestStringConvertible {
    var testDescription: String { name }

    /// The outcome of the affected batch, as the documentation words it.
    fileprivate var fate: String {
        switch (archived, quarantined) {
        case (3, _): "archived"
        case (0, _): "none archived"
        case (_, 1): "quarantined"
        default: "not archived"
        }
    }
}

extension Archive {
    /// Compares each archived batch with the bytes that the server intends to send.
    func expectProven(by server: SimulatorServer) throws {
        for id in archivedIDs {
            let sent = try #require(server.service.results(of: id))
            let raw = try #require(files(in: "raw").filter { $0.contains(id) }.only)
            #expect(try content(of: "raw/\(raw)") == sent, "\(id)")
            let rows = try #require(files(in: "results").filter { $0.contains(id) }.only)
            let lines = sent.count { $0 == 0x0A }
            #expect(try content(of: "results/\(rows)").count { $0 == 0x0A } == lines, "\(id)")
        }
        #expect(files(in: "raw").count == archivedIDs.count)
        #expect(files(in: "results").count == archivedIDs.count)
    }

    /// The content of a gzip file, inflated by another tool.
    func content(of path: String) throws -> [UInt8] {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "exec gzip -dc \"$0\"", url.appending(path: path).path]
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Array(data)
    }
}

extension Array {
    /// The one element, if there is exactly one.
    fileprivate var only: Element? { count == 1 ? first : nil }
}
