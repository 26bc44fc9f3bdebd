import JSONLines
import MessageBatches
import Prices
import Synchronization
import Testing

@testable import BatchPipeline

struct BodyDownloadTests {
    private func read(
        _ body: ScriptedBody,
        into archive: InMemoryArchive = InMemoryArchive(),
        settings: ExportSettings = ExportSettings(),
        advanced: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws -> (result: BodyDownload, draft: InMemoryDraft) {
        let draft = InMemoryDraft(of: "msgbatch_1", in: archive)
        var reading = BodyDownload(
            batch: try .sample("msgbatch_1"),
            draft: draft,
            summaries: SummarySet([LineCount.self]),
            pricing: RequestPricing(table: .builtIn, origin: nil),
            settings: settings,
            startedAt: Timestamp(seconds: 0),
            advanced: advanced
        )
        try await reading.run(ResultStream(head: ReplyHead(status: 200), body: body))
        return (reading, draft)
    }

    /// Lines of a little over one block each.
    private func longLines(_ count: Int) -> [String] {
        let text = String(repeating: "x", count: LineSplitter.blockSize)
        return (0..<count).map { ResultLine.succeeded("r\($0)", text: text) }
    }

    // MARK: Results

    @Test func `the bytes, rows and statistics do not depend on the chunks`() async throws {
        let lines = [ResultLine.succeeded("a", text: "\u{2028}é😀"), "", ResultLine.errored("b") + "\r", "{}"]
        let bytes = ResultLine.file(lines) + Array(ResultLine.other("c", type: "expired").utf8)
        for sizes in [[bytes.count], [1], [2, 3], [7], [64, 1]] {
            let (result, draft) = try await read(ScriptedBody(bytes, sizes: sizes))
            #expect(await draft.appended.flatMap(\.bytes) == bytes + [0x0A])
            #expect(result.tally.found == ["succeeded": 1, "errored": 1, "expired": 1])
            #expect(result.tally.results == 3)
            #expect(result.tally.emptyLines == 1)
            #expect(result.tally.rejectedLines == 1)
            #expect(result.tally.rejected.map(\.lineNumber) == [4])
            #expect(result.tally.lines == 5)
            #expect(result.tally.bytes == bytes.count)
            #expect(result.tally.endsUnterminated)
            #expect(result.tally.duplicateLines == 0)
            #expect(result.summaries.summary(LineCount.self)?.records == 3)
        }
    }

    @Test func `the blocks of a large body do not depend on the chunks`() async throws {
        let bytes = ResultLine.file(longLines(2) + [ResultLine.errored("last")])
        for size in [bytes.count, 65_536, 1_000_003] {
            let (result, draft) = try await read(ScriptedBody(bytes, sizes: [size]))
            let blocks = await draft.appended
            #expect(blocks.map(\.lineEnds.count) == [1, 1, 1])
            #expect(blocks.flatMap(\.bytes) == bytes)
            #expect(result.tally.found == ["succeeded": 2, "errored": 1])
            #expect(!result.tally.endsUnterminated)
            #expect(result.summaries.summary(LineCount.self)?.blocks == 3)
        }
    }

    @Test func `an empty body has no lines`() async throws {
        let (result, draft) = try await read(ScriptedBody([]))
        #expect(result.tally == BodyTally())
        #expect(await draft.appended.isEmpty)
    }

    @Test func `undocumented types are counted by name`() async throws {
        let lines = ["deferred", "deferred", "x"].enumerated().map { ResultLine.other("\($0)", type: $1) }
        let (result, _) = try await read(ScriptedBody(ResultLine.file(lines)))
        #expect(result.tally.found == ["deferred": 2, "x": 1])
    }

    @Test func `all invalid lines are counted and the first hundred are kept`() async throws {
        let (result, _) = try await read(ScriptedBody(ResultLine.file(Array(repeating: "{}", count: 250))))
        #expect(result.tally.rejectedLines == 250)
        #expect(result.tally.rejected.map(\.lineNumber) == Array(1...100))
    }

    @Test func `repeated IDs are found across blocks`() async throws {
        let lines = longLines(1) + [ResultLine.errored("r0"), ResultLine.errored("r1")]
        let (result, _) = try await read(ScriptedBody(ResultLine.file(lines)))
        #expect(result.tally.duplicateLines == 1)
    }

    @Test func `progress grows block by block up to the whole body`() async throws {
        let steps = Mutex<[[Int]]>([])
        let bytes = ResultLine.file(longLines(3))
        _ = try await read(ScriptedBody(bytes)) { lines, received in
            steps.withLock { $0.append([lines, received]) }
        }
        let seen = steps.withLock { $0 }
        #expect(seen.last == [3, bytes.count])
        #expect(seen == seen.sorted { $0[0] < $1[0] })
    }

    // MARK: Order and limits

    @Test func `blocks that finish in reverse order are written in their own order`() async throws {
        let sealed = Mutex<[Int]>([])
        let archive = InMemoryArchive(willSeal: { block in sealed.withLock { $0.append(block.sequence) } })
        let bytes = ResultLine.file(longLines(6))
        let (result, draft) = try await withTaskExecutorPreference(LastFirstExecutor()) {
            try await read(ScriptedBody(bytes), into: archive, settings: ExportSettings(blocksInFlight: 3))
        }
        #expect(await draft.appended.map(\.sequence) == Array(0..<6))
        #expect(await draft.appended.flatMap(\.bytes) == bytes)
        #expect(result.tally.lines == 6)
        // Otherwise the test proves nothing.
        #expect(sealed.withLock { $0 }.prefix(3) == [2, 1, 0])
    }

    @Test(arguments: [1, 2, 4])
    func `the number of blocks in flight reaches the limit and does not exceed it`(limit: Int) async throws {
        let inFlight = Counter()
        let archive = InMemoryArchive(
            willSeal: { _ in inFlight.add() },
            willAppend: { _ in inFlight.add(-1) }
        )
        _ = try await withTaskExecutorPreference(LastFirstExecutor()) {
            try await read(
                ScriptedBody(ResultLine.file(longLines(6))),
                into: archive,
                settings: ExportSettings(blocksInFlight: limit)
            )
        }
        #expect(inFlight.highest == limit)
        #expect(inFlight.value == 0)
    }

    @Test func `the body is read only as fast as blocks are written`() async throws {
        let limit = 2
        let given = Counter()
        let ahead = Counter()
        let archive = InMemoryArchive(
            willAppend: { block in ahead.add(given.value - block.block.sequence - ahead.value) }
        )
        var body = ScriptedBody(chunks: longLines(6).map { ResultLine.file([$0]) })
        body.willGive = { _ in given.add() }
        _ = try await read(body, into: archive, settings: ExportSettings(blocksInFlight: limit))
        #expect(given.value == 6)
        #expect(ahead.highest <= limit)
    }

    @Test func `a limit of 0 blocks in flight still reads`() async throws {
        let settings = ExportSettings(blocksInFlight: 0)
        let (result, _) = try await read(ScriptedBody(ResultLine.file(["{}"])), settings: settings)
        #expect(result.tally.lines == 1)
    }

    // MARK: Errors

    @Test func `an error of the body is thrown`() async throws {
        let body = ScriptedBody(ResultLine.file(longLines(2)), failure: ServiceError.cut)
        await #expect(throws: ServiceError.cut) { _ = try await read(body) }
    }

    @Test func `a line over the limit is reported with its position`() async throws {
        let body = ScriptedBody(ResultLine.file(["{}", String(repeating: "x", count: 51)]))
        await #expect(throws: LineTooLong(line: 2, byteOffset: 3, limit: 50)) {
            _ = try await read(body, settings: ExportSettings(maxLineBytes: 50))
        }
    }

    @Test(arguments: ["seal", "append"])
    func `an error of the draft is thrown`(call: String) async throws {
        let archive = InMemoryArchive()
        archive.fail(call)
        await #expect(throws: InMemoryArchive.Failure(call: call)) {
            _ = try await read(ScriptedBody(ResultLine.file(longLines(2))), into: archive)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [[], ResultLine.file([ResultLine.errored("a")])] as [[UInt8]])
    func `a body that ends because its task is canceled is not complete`(bytes: [UInt8]) async throws {
        let (reached, released) = (Gate(), Gate())
        var body = ScriptedBody(chunks: [bytes])
        body.willGive = { _ in
            reached.open()
            await released.pass()
        }
        let reading = Task { [body] in try await read(body).result.tally }
        await reached.pass()
        reading.cancel()
        released.open()
        await #expect(throws: CancellationError.self) { try await reading.value }
    }
}
