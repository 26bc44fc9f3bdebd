import BatchCommands
import BatchSimulator
import BlockGzip
import SimulatorTestSupport
import Testing

/// An export of compressed results: what it requests, and how it resumes.
///
/// Single faults are in the fault matrix.
struct CompressedAnswerTests {
    private static func gzip(_ body: [UInt8]) -> [UInt8] {
        try! ZlibCodec().member(holding: body.span)
    }

    /// One batch of 3 MB, so that a broken download leaves blocks to resume after.
    private func large(_ faults: [(FaultEffect, Fault.Occurrence)]) throws -> (scenario: Scenario, id: String) {
        var scenario = try Scenario.generated(lines: 1_500, batches: 1)
        let id = scenario.batches[0].id
        scenario.faults = faults.map { Fault($0, on: [.results], of: id, $1) }
        return (scenario, id)
    }

    @Test(arguments: [
        ("gzip", []), ("gzip", ["--accept-encoding", "gzip"]), ("identity", ["--accept-encoding", "identity"]),
    ])
    func `every request asks for the same encoding, by default gzip`(coding: String, arguments: [String]) async throws {
        var scenario = try Scenario.generated(lines: 40, batches: 3)
        let id = scenario.batches[1].id
        scenario.faults = [Fault(.interrupt(.reset, at: .afterBytes(100)), on: [.results], of: id, .first(1))]
        try await InProcess.export(scenario, arguments, clock: QuickClock()) { run, archive, server in
            #expect(run.status == .done, "\(run.notes)")
            let requests = server.service.requests
            #expect(Set(requests.map(\.endpoint)) == [.list, .retrieve, .results])
            #expect(requests.allSatisfy { $0.headers.value(of: "accept-encoding") == coding })
            try archive.expectProven(by: server)
        }
    }

    @Test func `an unknown encoding is refused, and the valid ones are named`() async {
        let run = await InProcess.run(["export", "--accept-encoding", "br"], at: "http://127.0.0.1:9")
        #expect(run.status == .usage)
        #expect(run.notes.contains("gzip") && run.notes.contains("identity"), "\(run.notes)")
    }

    @Test(arguments: [true, false])
    func `a download resumes after blocks that came in the other encoding`(isGzipFirst: Bool) async throws {
        let plain = FaultEffect.encode(as: nil) { $0 }
        let compressed = FaultEffect.encode(as: "gzip", Self.gzip)
        let (scenario, id) = try large([
            (isGzipFirst ? compressed : plain, .nth(1)),
            (.interrupt(.end, at: .beforeEnd(4)), .nth(1)),
            (isGzipFirst ? plain : compressed, .nth(2)),
        ])
        try await InProcess.export(scenario, clock: QuickClock()) { run, archive, server in
            #expect(run.status == .done, "\(run.notes)")
            #expect(run.notes.contains("\(id): resumed at line "), "\(run.notes)")
            #expect(server.service.requests.count { $0.endpoint == .results } == 2)
            try archive.expectProven(by: server)
        }
    }

    @Test(arguments: ["header", "data", "trailer"])
    func `a download that is cut in a later member resumes after the blocks before it`(place: String) async throws {
        var (scenario, id) = try large([])
        let body = try #require(SimulatedService(scenario).results(of: id))
        // Two blocks are complete at the end of the first member.
        let border = try #require(body[2_200_000...].firstIndex(of: 0x0A)) + 1
        let (first, second) = (Self.gzip(Array(body[..<border])), Self.gzip(Array(body[border...])))
        let cut =
            switch place {
            case "header": first.count + 7
            case "data": first.count + second.count / 2
            default: first.count + second.count - 6
            }
        scenario.faults = [
            Fault(.encode(as: "gzip") { _ in first + second }, on: [.results]),
            Fault(.interrupt(.end, at: .afterBytes(cut)), on: [.results], .first(1)),
        ]
        try await InProcess.export(scenario, clock: QuickClock()) { run, archive, server in
            #expect(run.status == .done, "\(run.notes)")
            #expect(run.notes.contains("connection lost"), "\(run.notes)")
            #expect(run.notes.contains("\(id): resumed at line "), "\(run.notes)")
            try archive.expectProven(by: server)
        }
    }

    @Test func `blocks of a damaged answer are replaced and never joined with others`() async throws {
        let damaged: @Sendable ([UInt8]) -> [UInt8] = { body in
            var other = body
            // The ID in the first line, so that the first block is wrong and still valid.
            other[body.firstRange(of: Array(#""custom_id":""#.utf8))!.upperBound] = UInt8(ascii: "~")
            return Array(Self.gzip(other).dropLast(8) + Self.gzip(body).suffix(8))
        }
        let (scenario, id) = try large([(.encode(as: "gzip", damaged), .nth(1))])
        try await InProcess.export(scenario, clock: QuickClock()) { run, archive, server in
            #expect(run.status == .done, "\(run.notes)")
            #expect(run.notes.contains("the checksum of a gzip member is wrong"), "\(run.notes)")
            #expect(run.notes.contains("the results differ from the earlier download"), "\(run.notes)")
            #expect(server.service.requests.count { $0.endpoint == .results && $0.batchID == id } == 3)
            try archive.expectProven(by: server)
        }
    }
}
