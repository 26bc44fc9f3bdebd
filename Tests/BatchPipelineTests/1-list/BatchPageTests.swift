import MessageBatches
import Testing

@testable import BatchPipeline

struct BatchPageTests {
    private func page(_ text: String) throws -> BatchPage {
        try BatchPage(json: Array(text.utf8))
    }

    private func object(_ id: String) -> String {
        "{\"id\":\"\(id)\",\"processing_status\":\"ended\",\"request_counts\":{},\"created_at\":\"2024-08-20T18:37:24Z\"}"
    }

    @Test func `a page has its batches in order and both cursors`() throws {
        let page = try page(
            "{\"data\":[\(object("b")),\(object("a"))],\"has_more\":true,\"first_id\":\"b\",\"last_id\":\"a\"}"
        )
        #expect(page.batches.map(\.id) == ["b", "a"])
        #expect(page.hasMore == true)
        #expect(page.firstID == "b")
        #expect(page.lastID == "a")
    }

    @Test func `batch objects are copied from the page as received`() throws {
        let odd =
            #"{"z":1.0,"id":"a","processing_status":"ended","request_counts":{},"created_at":"2024-08-20T18:37:24Z","y":"\u00e9"}"#
        let page = try page("{ \"data\" : [ \(odd) ] , \"has_more\" : false }")
        #expect(page.batches.map { String(decoding: $0.json, as: UTF8.self) } == [odd])
    }

    @Test(arguments: [
        #"{"has_more":false,"last_id":null,"first_id":null,"data":[]}"#,
        #"{"first_id":null,"data":[],"object":"list","last_id":null,"extra":{"a":[1]},"has_more":false}"#,
        " {\r\n\t\"data\" : [ ] , \"has_more\" : false } \n",
    ])
    func `keys may be in any order, with unknown keys and any white space`(text: String) throws {
        let page = try page(text)
        #expect(page.batches.isEmpty)
        #expect(page.hasMore == false)
        #expect(page.firstID == nil)
        #expect(page.lastID == nil)
    }

    @Test(arguments: ["", #","first_id":null,"last_id":null"#, #","first_id":1,"last_id":[]"#])
    func `a page without cursors uses its first and last IDs as cursors`(cursors: String) throws {
        let page = try page("{\"data\":[\(object("c")),\(object("b")),\(object("a"))],\"has_more\":true\(cursors)}")
        #expect(page.firstID == "c")
        #expect(page.lastID == "a")
    }

    @Test(arguments: ["", #","has_more":null"#, #","has_more":1"#, #","has_more":"true""#])
    func `a page without has_more does not say whether more follows`(member: String) throws {
        #expect(try page("{\"data\":[]\(member)}").hasMore == nil)
    }

    @Test func `the last of equal keys counts`() throws {
        let page = try page(
            "{\"data\":[\(object("b"))],\"data\":[\(object("a"))],\"has_more\":true,\"has_more\":false}"
        )
        #expect(page.batches.map(\.id) == ["a"])
        #expect(page.hasMore == false)
        #expect(throws: MalformedBatch(reason: "the page has no list under \"data\"")) {
            try self.page("{\"data\":[\(object("b"))],\"data\":null}")
        }
    }

    @Test(arguments: ["{}", #"{"data":{}}"#, #"{"data":null}"#, #"{"data":"x"}"#, #"{"batches":[]}"#])
    func `a page without a list is rejected`(text: String) {
        #expect(throws: MalformedBatch(reason: "the page has no list under \"data\"")) { try page(text) }
    }

    @Test(arguments: [
        ("<!DOCTYPE html><html></html>", "expected an object at byte 0"),
        ("", "the text ends in the middle of a value at byte 0"),
        ("[]", "expected an object at byte 0"), (#"{"data":["#, "the text ends in the middle of a value at byte 9"),
        (#"{"data":[]}x"#, "text after the end of the value at byte 11"),
        ("\u{FEFF}{}", "expected an object at byte 0"),
        (#"{"data":[],"note":"\x"}"#, "an unknown escape inside a string at byte 19"),
    ])
    func `text that is not a page is rejected with its position`(text: String, reason: String) {
        #expect(throws: MalformedBatch(reason: "the page cannot be read: \(reason)")) { try page(text) }
    }

    @Test(arguments: [
        ("{}", "a batch without an ID", nil), (#"{"id":""}"#, "a batch without an ID", nil),
        ("null", "a batch object cannot be read: expected an object at byte 0", nil),
        (#"{"id":"x"}"#, "batch x has no processing_status", "x"),
        (
            #"{"id":"x","processing_status":"ended","request_counts":{"errored":[]}}"#,
            "batch x has no request_counts of whole numbers", "x"
        ),
        (
            #"{"id":"x","processing_status":"ended","request_counts":{},"created_at":null}"#,
            "batch x has no created_at that is an RFC 3339 date-time", "x"
        ),
    ])
    func `an invalid batch object is reported and the others are returned`(
        json: String,
        reason: String,
        id: String?
    ) throws {
        let page = try page("{\"data\":[\(object("b")),\(json),\(object("a"))],\"has_more\":false}")
        #expect(page.batches.map(\.id) == ["b", "a"])
        #expect(page.malformed == [MalformedBatch(reason: reason, id: id)])
    }

    @Test func `a page without cursors whose last batch is malformed still has its cursor`() throws {
        let page = try page("{\"data\":[\(object("b")),{\"id\":\"x\"}],\"has_more\":true}")
        #expect(page.lastID == "x")
    }

    @Test(arguments: [
        #"{"errored":1,"notes":{"a":1}}"#, #"{"errored":1,"notes":"text"}"#, #"{"errored":1,"notes":[1.5]}"#,
    ])
    func `an unknown member of request_counts that is no number is ignored`(counts: String) throws {
        let object = object("a").replacing("\"request_counts\":{}", with: "\"request_counts\":\(counts)")
        let page = try page("{\"data\":[\(object)],\"has_more\":false}")
        #expect(page.batches.map(\.counts) == [RequestCounts(byType: ["errored": 1])])
        #expect(page.malformed.isEmpty)
    }
}
