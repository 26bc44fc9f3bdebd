import BatchAnalytics
import BatchPipeline
import JSONLines
import MessageBatches
import Testing

struct PrefixSummaryTests {
    private static let uuid = "089c2ac1-a791-48a7-b509-9892601dd9ed"

    @Test(arguments: [
        ("proj-search-08550-0001", ["proj", "proj", "proj-search", "proj-search-08550", "proj-search-08550"]),
        ("doc_2024-0007", ["doc", "doc", "doc_2024", "doc_2024"]), ("TEG9_satire", ["TEG", "TEG9", "TEG9"]),
        ("0815-en", ["(number)", "0815", "0815"]), ("a.b/c:1", ["a", "a", "a.b", "a.b/c", "a.b/c"]),
        ("a--b__7", ["a", "a", "a--b", "a--b"]), ("req-", ["req", "req"]), ("syn9", ["(none)", "(none)"]),
        ("__9", ["(none)", "(none)"]), ("", ["(none)", "(none)"]), ("é-12", ["é", "é"]),
        (uuid, ["(uuid)", "(uuid)"]), (uuid.uppercased(), ["(uuid)", "(uuid)"]),
        (uuid.filter { $0 != "-" }, ["(uuid)", "(uuid)"]), ("job-\(uuid)", ["job", "job", "job"]),
        ("\(uuid)-3", ["(uuid)", "(uuid)", "(uuid)"]),
        ("user:\(uuid):3", ["user", "user", "user:(uuid)", "user:(uuid)"]),
        ("x89c2ac1-a791-48a7-b509-9892601dd9ed", ["x89c2ac", "x89c2ac1", "x89c2ac1-a791"]),
    ])
    func `a prefix has the first parts of the ID, without the last`(customID: String, names: [String]) {
        var escaped = Request.succeeded(customID)
        escaped.isEscaped = true
        let summary = PrefixSummary([.succeeded(customID), escaped])
        for (depth, name) in names.enumerated() {
            let groups = summary.groups(atDepth: depth)
            #expect(groups.rows.map(\.key.text) == [name], "depth \(depth)")
            #expect(groups.rows.map(\.value.requests) == [2])
        }
    }

    @Test func `parts that make a prefix longer than 64 bytes are left out`() {
        let part = String(repeating: "x", count: 31)
        let summary = PrefixSummary([.succeeded("\(part)-\(part)-\(part)-1")])
        #expect(summary.groups(atDepth: 3).rows.map(\.key.text) == ["\(part)-\(part)"])
        #expect(summary.hasGroups(atDepth: 20))
    }

    @Test func `requests are counted by outcome, and their tokens are summed`() {
        let summary = PrefixSummary([
            .succeeded("a-1", input: 5), .errored("a-2", message: "x"), .other(.expired, "a-3"),
            .succeeded("a-4", model: "claude-opus-4-8", input: 7), .succeeded("b-1", input: 9),
        ])
        let tally = summary.groups(atDepth: 1)[Label("a")]
        #expect([tally?.requests, tally?.succeeded, tally?.usable, tally?.errored] == [4, 2, 2, 1])
        #expect(tally?.cell.usage.input == 12)
    }

    @Test func `the groups have the greatest depth that is not too many groups`() {
        let requests = (0..<2_000).map { Request.succeeded("proj-p\($0 % 9)-\($0 / 4)-1", input: 1) }
        let summary = PrefixSummary(requests)
        #expect(summary.depth == 2 && summary.groups.rows.count == 9)
        #expect(summary.hasGroups(atDepth: 2) && !summary.hasGroups(atDepth: 3))
        #expect(summary.groups(atDepth: 1).rows.map(\.value.requests) == [2_000])
        let unknown = summary.groups(atDepth: 3)
        #expect(unknown.rows.isEmpty && unknown.other.requests == 2_000)
    }

    @Test func `the depth is known if no ID has more parts`() {
        #expect(PrefixSummary([.succeeded("a-b-c-d-1")]).hasGroups(atDepth: 9))
        #expect(!PrefixSummary([.succeeded("a-b-c-d-e-1")]).hasGroups(atDepth: 5))
        #expect(PrefixSummary([.succeeded("a-b-c-d-e-1")]).hasGroups(atDepth: 4))
    }

    @Test func `numbered first parts are one group at depth 0`() {
        let summary = PrefixSummary((0..<2_000).map { .succeeded("job\($0)-1", input: 1) })
        #expect(summary.depth == 0)
        #expect(summary.groups.rows.map(\.key.text) == ["job"])
        #expect(summary.groups.rows.map(\.value.cell.usage.input) == [2_000])
    }

    @Test func `a different prefix in every request stays bounded and loses no count`() {
        let summary = PrefixSummary((0..<2_000).map { .succeeded("job\($0)x-1", input: 1) })
        #expect(summary.depth == -1 && summary.groups.rows.isEmpty)
        #expect(summary.groups.other.requests == 2_000 && summary.groups.other.cell.usage.input == 2_000)
    }

    @Test func `the groups of an earlier version have the depths that their prefixes show`() throws {
        func summary(_ json: String) throws -> PrefixSummary {
            try PrefixSummary(json: Array(json.utf8))
        }
        let whole = try summary(#"{"prefixes":{"names":["a-b-","a-c-"],"rows":["0 3","1 2"]}}"#)
        #expect(whole.groups(atDepth: 1)[Label("a")]?.requests == 5)
        #expect(whole.groups(atDepth: 2)[Label("a-b")]?.requests == 3)
        for unknown in [
            #"{"prefixes":{"names":["a-b-","(none)"],"rows":["0 3","1 2"]}}"#,
            #"{"prefixes":{"names":["a-b-"],"rows":["0 3"],"other":"2"}}"#,
        ] {
            let summary = try summary(unknown)
            #expect(!summary.hasGroups(atDepth: 0) && summary.groups.other.requests == 5)
        }
    }
}
