import BatchCatalog
import Testing

/// The rows of the result index and how they are found by their ids.
struct ResultIndexTests {
    @Test func `an id is found in every batch after many small fillings`() throws {
        try withIndexPath { path in
            for number in 1...70 {
                try fill(path, batch: number, ids: ["same", "only \(number)"])
            }
            let query = try IndexQuery(at: path)
            #expect(try query.places(ofCustomID: "same").count == 70)
            let places = try query.places(ofCustomID: "only 3")
            #expect(places.map(\.batchID) == ["msgbatch_3"] && places.first?.line == 2)
            #expect(try query.places(ofCustomID: "only 71").isEmpty)
        }
    }

    @Test func `each of many ids is found, also after a filling that is larger than all before`() throws {
        try withIndexPath { path in
            let ids = (0..<3_000).map { "order-2026-\($0)" }
            try fill(path, batch: 1, ids: ids)
            let query = try IndexQuery(at: path)
            for (line, id) in ids.enumerated() where line % 7 == 0 {
                #expect(try query.places(ofCustomID: id).map(\.line) == [line + 1])
            }
            try fill(path, batch: 2, ids: ids.map { "\($0)-again" } + ids)
            #expect(try query.places(ofCustomID: ids[7]).map(\.line).sorted() == [8, 3_008])
            let plan = "EXPLAIN QUERY PLAN SELECT * FROM stored_rows WHERE custom_id = 'a'"
            let detail = try answer(plan, at: path).compactMap(\.last)
            #expect(detail == [.text("SEARCH stored_rows USING INDEX rows_by_custom_id (custom_id=?)")])
        }
    }

    @Test func `an id is found however its JSON spells it`() throws {
        try withIndexPath { path in
            try fill(path, batch: 1, ids: [#"a\u0022b"#, #"\u00e9"#])
            let query = try IndexQuery(at: path)
            #expect(try query.places(ofCustomID: "a\"b").map(\.line) == [1])
            #expect(try query.places(ofCustomID: "é").map(\.line) == [2])
        }
    }

    @Test func `a batch filled in again, or taken out, is not found where it was`() throws {
        try withIndexPath { path in
            try fill(path, batch: 1, ids: ["first", "second"])
            try fill(path, batch: 1, ids: ["second", "third"])
            let query = try IndexQuery(at: path)
            #expect(try query.places(ofCustomID: "first").isEmpty)
            #expect(try query.places(ofCustomID: "second").map(\.line) == [1])
            let index = try ResultIndex(at: path)
            try index.beginUpdate()
            try index.remove(["msgbatch_1"])
            try index.endUpdate(without: [])
            #expect(try query.places(ofCustomID: "second").isEmpty)
        }
    }

    /// Fills in a batch with a row for each id, as JSON spells it.
    private func fill(_ path: String, batch: Int, ids: [String]) throws {
        let rows = ids.enumerated()
            .map { #"{"custom_id":"\#($1)","line_number":\#($0 + 1),"result_type":"succeeded"}"# }
        try BatchCatalogTests.fill(path, batch: batch, rows: rows)
    }
}
