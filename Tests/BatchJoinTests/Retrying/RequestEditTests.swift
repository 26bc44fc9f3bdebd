import BatchJoin
import Testing

/// Requests to submit again: params as they were, but for what is set.
struct RequestEditTests {
    private let source =
        #"{ "note": 1, "params" : { "model":"old", "n" : [1, {"model":"inner"}], "max_tokens":1 } ,"custom_id":"x"}"#

    @Test func `without settings the params are the same bytes`() throws {
        let params = #"{ "model":"old", "n" : [1, {"model":"inner"}], "max_tokens":1 }"#
        #expect(try edited([]) == #"{"custom_id":"id\u0031","params":\#(params)}"#)
    }

    @Test func `what is set replaces the top-level member, and only that`() throws {
        let params = #"{ "model":"new", "n" : [1, {"model":"inner"}], "max_tokens":4096 }"#
        #expect(try edited(["model=new", "max_tokens=4096"]) == #"{"custom_id":"id\u0031","params":\#(params)}"#)
    }

    @Test(arguments: [
        ("t=true", "true"), ("t=1.50", "1.50"), ("t={\"a\":[1]}", "{\"a\":[1]}"),
        ("t=hello \"you\"", #""hello \"you\"""#),
        ("t=\"5\"", "\"5\""), ("t=", "\"\""), ("t=a=b", "\"a=b\""), ("t=01", "\"01\""),
    ])
    func `a value is JSON if it is JSON, else text`(setting: String, value: String) throws {
        #expect(try edited([setting], of: #"{"params":{}}"#) == #"{"custom_id":"id\u0031","params":{"t":\#(value)}}"#)
    }

    @Test func `of members and settings of one name the last counts`() throws {
        let twice = #"{"params":{"model":"a","m\u006fdel":"b"}}"#
        let expected = #"{"custom_id":"id\u0031","params":{"model":"z","m\u006fdel":"z"}}"#
        #expect(try edited(["model=y", "model=z"], of: twice) == expected)
    }

    @Test func `the model of a request is the last one at its place`() throws {
        func model(_ request: String) -> String? { RequestEdit.model(of: Array(request.utf8)) }
        #expect(model(try edited([])) == "old")
        #expect(model(try edited(["model=new"])) == "new")
        #expect(model(#"{"model":"a","params":{"n":{"model":"b"}}}"#) == nil)
        #expect(model(#"{"params":{"model":"a","m\u006fdel":"b"}}"#) == "b")
        #expect(model(#"{"params":{"model":7}}"#) == nil && model("[]") == nil)
        var edit = RequestEdit()
        #expect(edit.model == nil)
        #expect(edit.add("model=new") && edit.model == "new")
        #expect(edit.add("model=7") && edit.model == nil)
    }

    @Test func `a row without params is no request, and a setting needs a name`() throws {
        var edit = RequestEdit()
        for row in [#"{"custom_id":"x"}"#, #"{"params":[1]}"#, #"{"params":{},"params":null}"#] {
            #expect(edit.request(from: Array(row.utf8), id: Array("\"x\"".utf8)[...]) == nil)
        }
        for text in ["model", "=x", ""] {
            let isTaken = edit.add(text)
            #expect(!isTaken, "\(text)")
        }
    }

    private func edited(_ settings: [String], of object: String? = nil) throws -> String {
        var edit = RequestEdit()
        for setting in settings {
            let isTaken = edit.add(setting)
            #expect(isTaken)
        }
        let request = edit.request(from: Array((object ?? source).utf8), id: Array(#""id\u0031""#.utf8)[...])
        return String(decoding: try #require(request), as: UTF8.self)
    }
}
