import BatchSimulator
import MessageBatches
import Testing

struct ListingTests {
    private func fiveBatches() throws -> SimulatedService {
        try service((1...5).map { try endedBatch("b\($0)", day: $0) }.shuffled())
    }

    @Test func `batches come newest first`() throws {
        #expect(try fiveBatches().ids() == ["b5", "b4", "b3", "b2", "b1"])
    }

    @Test func `batches of one moment keep their order`() throws {
        #expect(try service(["c", "a", "b"].map { try endedBatch($0) }).ids() == ["c", "a", "b"])
    }

    @Test func `a page ends at its limit and names its ends`() throws {
        let page = try fiveBatches().list("?limit=2")
        #expect(page["has_more"] as? Bool == true)
        #expect(page["first_id"] as? String == "b5")
        #expect(page["last_id"] as? String == "b4")
        #expect(page.count == 4)
    }

    @Test func `after_id goes to older batches`() throws {
        let service = try fiveBatches()
        #expect(try service.ids("?limit=2&after_id=b4") == ["b3", "b2"])
        #expect(try service.list("?limit=2&after_id=b4")["has_more"] as? Bool == true)
        #expect(try service.ids("?limit=2&after_id=b2") == ["b1"])
        #expect(try service.list("?limit=1&after_id=b2")["has_more"] as? Bool == false)
    }

    @Test func `before_id gives the batches right before it`() throws {
        let service = try fiveBatches()
        #expect(try service.ids("?limit=2&before_id=b1") == ["b3", "b2"])
        #expect(try service.list("?limit=2&before_id=b1")["has_more"] as? Bool == true)
        #expect(try service.ids("?limit=2&before_id=b3") == ["b5", "b4"])
        #expect(try service.list("?limit=2&before_id=b3")["has_more"] as? Bool == false)
    }

    @Test func `an empty page has no ends`() throws {
        let page = try fiveBatches().get("/v1/messages/batches?after_id=b1")
        #expect(page.text == #"{"data":[],"has_more":false,"first_id":null,"last_id":null}"#)
        #expect(try service([]).get("/v1/messages/batches").text == page.text)
    }

    @Test func `twenty batches make a page where no limit is given`() throws {
        let batches = try (1...21).map { try endedBatch("b\($0)", day: $0) }
        #expect(try service(batches).ids().count == 20)
        #expect(try service(batches).ids("?limit=1000").count == 21)
    }

    @Test(arguments: ["0", "1001", "-1", "ten", "", "1.5", "99999999999999999999"])
    func `a limit outside 1 to 1000 is refused`(limit: String) throws {
        let reply = try fiveBatches().get("/v1/messages/batches?limit=\(limit)")
        #expect(reply.status == 400)
        #expect(try reply.errorType() == "invalid_request_error")
    }

    @Test func `two cursors at once are refused`() throws {
        let reply = try fiveBatches().get("/v1/messages/batches?after_id=b1&before_id=b2")
        #expect(reply.status == 400)
        #expect(try reply.errorType() == "invalid_request_error")
    }

    @Test(arguments: ["after_id", "before_id"])
    func `an unknown cursor is not found`(name: String) throws {
        let reply = try fiveBatches().get("/v1/messages/batches?\(name)=b9")
        #expect(reply.status == 404)
        #expect(try reply.errorType() == "not_found_error")
    }

    @Test func `unknown query keys are ignored`() throws {
        #expect(try fiveBatches().ids("?beta=true&limit=1&status=ended") == ["b5"])
    }

    @Test func `batch objects come as they were given`() throws {
        let odd = bytes(
            #"{"id":"b1", "created_at":"2026-11-01T00:00:00Z","x":[1.50,1E+3,"\u00e9"],"results_url":null}"#
        )
        let text = try service([SimulatedBatch(document: odd)]).get("/v1/messages/batches").text
        #expect(text.contains(String(decoding: odd, as: UTF8.self)))
    }
}
