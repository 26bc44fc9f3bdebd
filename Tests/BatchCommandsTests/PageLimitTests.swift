import BatchCommands
import BatchSimulator
import MessageBatches
import SimulatorTestSupport
import Testing

/// Listings through gateways that refuse or cut pages of 1,000 batches.
struct PageLimitTests {
    private static let count = 250
    private static let note = "the server limits pages of the listing to 100 batches"

    /// Batches of one request each.
    private static func batches(_ count: Int = count) throws -> [SimulatedBatch] {
        try (0..<count).map { try Nights.batch("n\($0)", daysBefore: 1 + Double($0) / 100) }
    }

    private func scenario(
        limit: Int = 1_000,
        faults: [Fault] = [],
        _ batches: [SimulatedBatch]
    ) -> Scenario {
        var scenario = Scenario(batches: batches, faults: faults, clock: .manual(ManualClock(at: Nights.start)))
        scenario.pageLimit = limit
        return scenario
    }

    private func page(_ fault: PageFault) -> [Fault] {
        [Fault(.page(fault), on: [.list])]
    }

    private func run(_ command: String..., against scenario: Scenario) async throws -> (InProcess, limits: [String]) {
        try await Scratch.use { scratch in
            try await withSimulator(scenario) { server in
                let archive = command[0] == "export" ? ["--archive", scratch.path("archive")] : []
                let run = await InProcess.run(
                    command + archive,
                    at: server.baseURL,
                    now: { Nights.start }
                )
                let pages = server.service.requests.filter { $0.endpoint == .list }
                return (run, pages.map { page in page.query.last { $0.name == "limit" }?.value ?? "" })
            }
        }
    }

    /// The IDs that `list` printed, in order.
    private func ids(_ run: InProcess) -> [String] {
        run.output.split(separator: "\n").compactMap { jsonObject($0)?["id"] as? String }
    }

    // MARK: Refused pages

    @Test(arguments: [[], ["--status", "ended"]])
    func `an export continues with the pages that the server accepts`(status: [String]) async throws {
        let scenario = scenario(limit: 100, try Self.batches(120))
        try await Scratch.use { scratch in
            try await withSimulator(scenario) { server in
                let arguments = ["export", "--json", "--since", "2026-01-01", "--archive", scratch.path("archive")]
                let run = await InProcess.run(arguments + status, at: server.baseURL, now: { Nights.start })
                #expect(run.status == .done, "\(run.notes)")
                #expect(run.batches == ["listed": 120, "in_window": 120, "archived_now": 120])
                #expect(run.notes.contains("note: \(Self.note), so the listing continued with smaller pages\n"))
                #expect(!run.notes.contains("warning:"))
                let limits = server.service.requests.filter { $0.endpoint == .list }.map { $0.query.first?.value }
                #expect(limits == ["1000", "100", "100"])
            }
        }
    }

    @Test func `a listing continues with the pages that the server accepts, in both directions`() async throws {
        let batches = try Self.batches()
        let (older, limits) = try await run("list", "--format", "ndjson", against: scenario(limit: 100, batches))
        #expect(older.status == .done && ids(older) == batches.map(\.id))
        #expect(limits == ["1000", "100", "100", "100"])
        #expect(older.notes.contains("note: \(Self.note)"))
        let (newer, _) = try await run(
            "list",
            "--format",
            "ndjson",
            "--before-id",
            batches[249].id,
            "--quiet",
            against: scenario(limit: 100, batches)
        )
        #expect(Set(ids(newer)) == Set(batches.dropLast().map(\.id)))
        #expect(newer.notes.isEmpty)
    }

    @Test func `a page size that an option asked for is reduced with a warning`() async throws {
        let scenario = scenario(limit: 100, try Self.batches(101))
        for command in ["export", "list"] {
            let (run, limits) = try await run(command, "--page-size", "500", "--quiet", against: scenario)
            #expect(run.status == .done)
            #expect(limits == ["500", "100", "100"])
            #expect(run.notes == "warning: --page-size: \(Self.note), fewer than 500\n")
        }
        let (run, limits) = try await run("list", "--page-size", "60", against: scenario)
        #expect(limits == ["60", "60"] && run.notes.isEmpty)
    }

    @Test(arguments: [
        (#"{"error":{"type":"invalid_request_error","message":"invalid limit"}}"#, 400),
        (#"{"error":"page_size is too large"}"#, 422),
    ])
    func `without a number in the error, smaller sizes are tried`(body: String, status: Int) async throws {
        let refused = FaultEffect.answer(
            status: status,
            headers: [HeaderField("content-type", "application/json")],
            body: body
        )
        let twice = scenario(faults: [Fault(refused, on: [.list], .first(2))], try Self.batches(30))
        let (run, limits) = try await run("list", "--format", "ndjson", against: twice)
        #expect(run.status == .done && ids(run).count == 30)
        #expect(limits == ["1000", "100", "20", "20"])
        // If every size is refused, a smaller one is no advice.
        let always = scenario(faults: [Fault(refused, on: [.list])], try Self.batches(1))
        for command in ["export", "list"] {
            let (run, limits) = try await self.run(command, against: always)
            #expect(run.status == .error)
            #expect(limits == ["1000", "100", "20", "10", "5", "1"])
            #expect(run.notes.contains("hint: this server refuses pages of any size: "), "\(run.notes)")
            #expect(!run.notes.contains("--page-size"))
        }
    }

    @Test(
        arguments: [
            (
                422, "application/json",
                #"{"detail":[{"type":"less_than_equal","loc":["query","limit"],"msg":"Input should be less than or equal to 100","input":"1000","ctx":{"le":100}}]}"#
            ),
            (400, "application/json", #"{"detail":"limit must be <= 100"}"#),
            (
                400, "application/json",
                #"{"statusCode":400,"message":["limit must not be greater than 100"],"error":"Bad Request"}"#
            ),
            (400, "application/problem+json", #"{"title":"Bad request","errors":{"limit":["must be at most 100"]}}"#),
            (400, "text/plain; charset=utf-8", "pageSize: at most 100\n"),
            (422, "", "Value '1000' at 'limit' must be less than or equal to 100"),
        ] as [(Int, String, String)]
    )
    func `the limit is read from the errors of gateways`(status: Int, type: String, body: String) async throws {
        let headers = type.isEmpty ? [] : [HeaderField("content-type", type)]
        let refused = Fault(.answer(status: status, headers: headers, body: body), on: [.list], .first(1))
        let scenario = scenario(limit: 100, faults: [refused], try Self.batches(120))
        let (run, limits) = try await run("list", "--format", "ndjson", against: scenario)
        #expect(run.status == .done && ids(run).count == 120, "\(run.notes)")
        #expect(limits == ["1000", "100", "100"])
    }

    @Test func `the text of a gateway's error is shown`() async throws {
        for (body, text) in [
            (#"{"detail":[{"loc":["query","limt"],"msg":"extra fields"}]}"#, "status 422: query.limt: extra fields"),
            ("no workspace\u{1B}[2J", "status 422: no workspace␛[2J (text/plain instead of JSON)"),
        ] {
            let type = body.hasPrefix("{") ? "application/json" : "text/plain"
            let refused = FaultEffect.answer(status: 422, headers: [HeaderField("content-type", type)], body: body)
            let scenario = scenario(faults: [Fault(refused, on: [.list])], try Self.batches(1))
            let (run, limits) = try await run("list", against: scenario)
            #expect(run.status == .error && limits == ["1000"])
            #expect(run.notes.contains(text), "\(run.notes)")
        }
    }

    @Test func `a spend limit that is a 400 is not about pages`() async throws {
        let refused = FaultEffect.answer(
            status: 400,
            headers: [HeaderField("content-type", "application/json")],
            body: """
                {"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API \
                usage limit. You will regain access on 2026-12-01."}}
                """
        )
        let (run, limits) = try await run(
            "list",
            against: scenario(faults: [Fault(refused, on: [.list])], try Self.batches(1))
        )
        #expect(run.status == .error && limits == ["1000"])
        #expect(!run.notes.contains("--page-size"), "\(run.notes)")
    }

    // MARK: Short pages

    @Test(arguments: [(false, ["1000", "1000", "100"]), (true, ["1000", "100", "100", "100"])])
    func `no batch is lost if a gateway cuts pages`(keepsCursor: Bool, expected: [String]) async throws {
        let batches = try Self.batches()
        let cut = scenario(faults: page(.cut(to: 100, keepsCursor: keepsCursor)), batches)
        let (listed, limits) = try await run("list", "--format", "ndjson", against: cut)
        #expect(listed.status == .done && ids(listed) == batches.map(\.id))
        #expect(limits == expected)
        #expect(listed.notes.contains("note: \(Self.note)"))
        let few = scenario(faults: page(.cut(to: 20, keepsCursor: keepsCursor)), Array(batches.prefix(50)))
        let (run, _) = try await run("export", "--json", against: few)
        #expect(run.status == .done && run.batches["archived_now"] == 50, "\(run.notes)")
    }

    @Test func `a gateway that leaves batches out is asked for whole pages`() async throws {
        let batches = try Self.batches()
        let kept = batches.enumerated().filter { $0.offset % 5 == 0 }.map(\.element.id)
        let filtered = scenario(faults: page(.filtered(Set(kept))), batches)
        let (run, limits) = try await run("list", "--format", "ndjson", "--page-size", "100", against: filtered)
        #expect(run.status == .done && ids(run) == kept)
        #expect(limits == ["100", "20", "100", "100", "100"])
        #expect(run.notes.isEmpty, "\(run.notes)")
    }
}
