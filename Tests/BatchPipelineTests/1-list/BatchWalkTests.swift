import BatchPipeline
import MessageBatches
import Testing

struct BatchWalkTests {
    private func service(_ count: Int) throws -> ScriptedService {
        ScriptedService(
            try (0..<count).map { try .sample("b\($0)", created: Timestamp(seconds: Int64($0) * 60).text) },
            head: ReplyHead(status: 200, requestID: "req_7", date: Timestamp(seconds: 42))
        )
    }

    private func walk(_ lister: any BatchLister, since: Int64? = nil, pageSize: Int = 2) -> BatchWalk {
        let window = BatchWindow(since: since.map { Timestamp(seconds: $0) })
        return BatchWalk(lister: lister, walker: PageWalker(window: window, pageSize: pageSize))
    }

    @Test func `pages are read one by one to the end of the listing`() async throws {
        let service = try service(5)
        var walk = walk(service)
        var pages: [[String]] = []
        while let batches = try await walk.next() { pages.append(batches.map(\.id)) }
        #expect(pages == [["b4", "b3"], ["b2", "b1"], ["b0"]])
        #expect(walk.listed == 5)
        #expect(service.pages.map(\.afterID) == [nil, "b3", "b1"])
        #expect(service.pages.allSatisfy { $0.limit == 2 && $0.beforeID == nil })
    }

    @Test func `no page is requested after the window`() async throws {
        let service = try service(9)
        var walk = walk(service, since: 360)
        var found: [String] = []
        while let batches = try await walk.next() { found += batches.map(\.id) }
        #expect(found == ["b8", "b7", "b6"])
        // One batch before the window is not enough to stop: its date may be wrong.
        #expect(service.pages.count == 3)
    }

    @Test func `a finished listing requests nothing more`() async throws {
        let service = try service(1)
        var walk = walk(service)
        #expect(try await walk.next()?.count == 1)
        #expect(try await walk.next() == nil)
        #expect(try await walk.next() == nil)
        #expect(service.pages.count == 1)
    }

    @Test func `the header of the last answer is kept for the server's clock`() async throws {
        var walk = walk(try service(1))
        #expect(walk.head == nil)
        _ = try await walk.next()
        #expect(walk.head?.date == Timestamp(seconds: 42))
    }

    @Test func `a cursor whose batch is removed is replaced by the one before it`() async throws {
        let service = try service(5)
        service.failPage(1, .status(404))
        var walk = walk(service)
        var found: [String] = []
        while let batches = try await walk.next() { found += batches.map(\.id) }
        // Every batch appears once, although b3 is listed twice.
        #expect(found == ["b4", "b3", "b2", "b1", "b0"])
        #expect(service.pages.map(\.afterID) == [nil, "b3", "b4", "b2", "b0"].prefix(service.pages.count).map { $0 })
    }

    @Test func `a listing that rejects every cursor of the page fails`() async throws {
        let service = try service(5)
        for page in 1..<5 { service.failPage(page, .status(404)) }
        var walk = walk(service)
        _ = try await walk.next()
        await #expect(throws: ServiceError.status(404)) { try await walk.next() }
        #expect(service.pages.map(\.afterID) == [nil, "b3", "b4"])
    }

    @Test func `an error of the API is thrown unchanged`() async throws {
        let service = try service(4)
        service.failPage(1, .status(500))
        var walk = walk(service)
        _ = try await walk.next()
        await #expect(throws: ServiceError.status(500)) { try await walk.next() }
    }

    /// A lister that gives the same answer to everything.
    private struct StubbornLister: BatchLister {
        let body: String

        func page(_ query: PageQuery) async throws(ServiceError) -> ServiceReply {
            ServiceReply(head: ReplyHead(status: 200, requestID: "req_9"), body: Array(body.utf8))
        }

        func batch(id: String) async throws(ServiceError) -> ServiceReply {
            try await page(PageQuery())
        }
    }

    @Test func `a cursor that does not advance is an error with cursor and request ID`() async throws {
        let batch = String(decoding: try MessageBatch.sample("b1").json, as: UTF8.self)
        var walk = walk(StubbornLister(body: "{\"data\":[\(batch)],\"has_more\":true,\"last_id\":\"b1\"}"))
        _ = try await walk.next()
        let failure = ServiceError(
            code: .cursorStuck("b1"),
            operation: "GET /v1/messages/batches",
            requestID: "req_9"
        )
        await #expect(throws: failure) { try await walk.next() }
    }

    @Test func `an answer that is not a page is an error with the reason`() async throws {
        var walk = walk(StubbornLister(body: "<html>"))
        let failure = ServiceError(
            code: .malformedReply("the page cannot be read: expected an object at byte 0"),
            operation: "GET /v1/messages/batches",
            requestID: "req_9"
        )
        await #expect(throws: failure) { try await walk.next() }
    }

    /// A listing without end: every page has new batches, created at a time.
    private struct EndlessLister: BatchLister {
        let created: String
        /// The text of a batch, for a listing of others.
        var element: String?

        func page(_ query: PageQuery) async throws(ServiceError) -> ServiceReply {
            let start = Int(query.afterID?.dropFirst() ?? "0") ?? 0
            let batches = (1...query.limit)
                .map { number in
                    element ?? """
                        {"id":"b\(start + number)","processing_status":"ended","request_counts":{"succeeded":1},\
                        "created_at":"\(created)"}
                        """
                }
            let text =
                #"{"data":[\#(batches.joined(separator: ","))],"has_more":true,"last_id":"b\#(start + query.limit)"}"#
            return ServiceReply(head: ReplyHead(status: 200, requestID: "req_9"), body: Array(text.utf8))
        }

        func batch(id: String) async throws(ServiceError) -> ServiceReply {
            try await page(PageQuery())
        }
    }

    private func limited(_ lister: EndlessLister, _ change: (inout ListingLimits) -> Void) async -> String? {
        var limits = ListingLimits()
        change(&limits)
        let window = BatchWindow(until: Timestamp("2025-01-01T00:00:00Z"))
        let walker = PageWalker(window: window, pageSize: 10)
        var walk = BatchWalk(lister: lister, walker: walker, limits: limits)
        do throws(ServiceError) {
            while try await walk.next() != nil {}
        } catch {
            if case .listingTooLong(let limit) = error.code { return limit }
        }
        return nil
    }

    @Test func `an endless listing is an error that names the limit`() async {
        let (inside, outside) = ("2024-08-20T00:00:00Z", "2026-01-01T00:00:00Z")
        #expect(await limited(EndlessLister(created: outside)) { $0.pages = 30 } == "more than 30 pages")
        #expect(
            await limited(EndlessLister(created: inside)) { $0.batches = 55 } == "more than 55 batches in the window"
        )
        #expect(
            await limited(EndlessLister(created: inside)) { $0.bytes = 3_000 }
                == "more than 0 MiB of batches in the window"
        )
        #expect(
            await limited(EndlessLister(created: inside, element: "{}")) { $0.malformed = 25 }
                == "more than 25 malformed batches"
        )
        // A batch outside the window counts towards none of them.
        let limit = await limited(EndlessLister(created: outside)) {
            ($0.pages, $0.batches, $0.bytes) = (1_000, 1, 1)
        }
        #expect(limit == "more than 1000 pages")
    }

    @Test func `a page of too many elements, a long cursor and a long ID are invalid`() throws {
        func page(_ count: Int, cursor: String = "b") throws -> BatchPage {
            let data = repeatElement("{}", count: count).joined(separator: ",")
            return try BatchPage(json: Array(#"{"data":[\#(data)],"has_more":true,"last_id":"\#(cursor)"}"#.utf8))
        }
        #expect(try page(10_000).malformed.count == 10_000)
        let tooMany = MalformedBatch(reason: "the page has more than 10000 elements")
        #expect(throws: tooMany) { try page(10_001) }
        #expect(throws: tooMany) { try page(50_000) }
        let long = String(repeating: "x", count: 1_025)
        #expect(try page(1, cursor: String(long.dropLast())).lastID?.utf8.count == 1_024)
        #expect(throws: MalformedBatch(reason: "the page has a cursor of more than 1024 bytes")) {
            try page(1, cursor: long)
        }
        #expect(throws: MalformedBatch(reason: "a batch with an ID of more than 1024 bytes")) {
            try MessageBatch.sample(long)
        }
    }

    @Test func `one batch is retrieved by its ID and decoded`() async throws {
        let (batch, head) = try await service(3).messageBatch(id: "b1")
        #expect(batch.id == "b1")
        #expect(head.requestID == "req_7")
    }

    @Test func `an answer that is not a batch is an error with the reason`() async throws {
        let failure = ServiceError(
            code: .malformedReply("a batch without an ID"),
            operation: "GET /v1/messages/batches/b1",
            requestID: "req_9"
        )
        await #expect(throws: failure) { _ = try await StubbornLister(body: "{}").messageBatch(id: "b1") }
    }
}
