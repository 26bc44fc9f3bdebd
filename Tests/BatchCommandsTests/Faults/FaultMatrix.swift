import BatchCommands
import BatchSimulator
import MessageBatches
import SimulatorTestSupport

/// The fault matrix, part by part: the table of `Faults.md` as values.
enum FaultMatrix {
    static let rows = [breaks, compressed, waits, passing, answers, results, objects, listings].flatMap { $0 }

    // MARK: Interrupted connections

    private static func broken(_ name: String, at place: @escaping @Sendable ([UInt8]) -> Int) -> FaultRow {
        // The places are those of the content, so it must not be compressed.
        let arguments = ["--accept-encoding", "identity"]
        return .results(name, .done, "connection lost", arguments: arguments, times: 1) { results in
            [.interrupt(.reset, at: .afterBytes(place(results)))]
        }
    }

    static let breaks: [FaultRow] = [
        .results("reset before the answer", .done, "connection lost", times: 1) { _ in
            [.interrupt(.reset, at: .beforeHead)]
        },
        broken("reset after no byte") { _ in 0 },
        broken("reset after one byte") { _ in 1 },
        broken("reset at a line end") { $0.firstIndex(of: 0x0A)! + 1 },
        broken("reset in a line") { $0.firstIndex(of: 0x0A)! + 40 },
        broken("reset in a UTF-8 sequence") { $0.firstIndex { $0 >= 0xC0 }! + 1 },
        broken("reset one byte before the end") { $0.count - 1 },
        .results("reset each time", .partial, "connection lost", archived: 2) { _ in
            [.interrupt(.reset, at: .afterBytes(5_000))]
        },
        .results(
            "end in order at a line boundary, once",
            .done,
            "request_counts promises",
            arguments: ["--accept-encoding", "identity"],
            times: 1
        ) { results in [.interrupt(.end, at: .afterBytes(results.firstIndex(of: 0x0A)! + 1))] },
        .results(
            "end in order at a line boundary, each time",
            .integrity,
            "request_counts promises",
            archived: 2,
            quarantined: 1,
            arguments: ["--accept-encoding", "identity"]
        ) { results in [.interrupt(.end, at: .afterBytes(results.firstIndex(of: 0x0A)! + 1))] },
        .results("gzip body cut, but ended in order", .done, "connection lost", times: 1) { _ in
            [.interrupt(.end, at: .afterBytes(900))]
        },
        .results(
            "silence in the middle of the body",
            .done,
            "no data for 30 s",
            arguments: ["--idle-timeout", "30"],
            times: 1
        ) { _ in [.interrupt(.stall(Gate()), at: .afterBytes(5_000))] },
        .results(
            "no answer at all",
            .done,
            "no data in time",
            arguments: ["--idle-timeout", "30"],
            times: 1
        ) { _ in [.interrupt(.stall(Gate()), at: .beforeHead)] },
    ]

    // MARK: Requests to wait

    static let waits: [FaultRow] = [
        .answer("429, retry-after in seconds", 429, .done, "", times: 2, headers: [HeaderField("retry-after", "2")]),
        .results("429, retry-after as a date", .done, "", times: 1) { _ in
            [
                .rateLimited(HeaderField("retry-after", "Sun, 22 Nov 2026 03:00:02 GMT")),
                .header("date", "Sun, 22 Nov 2026 03:00:00 GMT"),
            ]
        },
        .list("429 with a date of 1700, retry-after of 2200", .error, "status 429", archived: 0) { _ in
            .answer(
                status: 429,
                headers: [
                    HeaderField("date", "Fri, 01 Jan 1700 00:00:00 GMT"),
                    HeaderField("retry-after", "Wed, 01 Jan 2200 00:00:00 GMT"),
                ]
            )
        },
        .answer("429, retry-after-ms", 429, .done, "", times: 2, headers: [HeaderField("retry-after-ms", "20")]),
        .answer("429 without a time", 429, .done, "", times: 3),
        .answer(
            "429, retry-after far too long",
            429,
            .partial,
            "a pause of 9999999999 s",
            archived: 2,
            headers: [HeaderField("retry-after", "9999999999")]
        ),
        .list("429, the spend limit", .error, "the spend limit is reached", archived: 0) { _ in .spendLimitReached },
    ]

    // MARK: Error statuses

    static let passing = [408, 409, 500, 503, 504, 529]
        .map { code in
            FaultRow.answer("\(code), twice", code, .done, "status \(code)", times: 2)
        }

    static let answers: [FaultRow] = [
        .results("502 with a web page, twice", .done, "status 502", times: 2) { _ in [.badGateway] },
        .answer("500, each time", 500, .partial, "failed after 5 tries: status 500", archived: 2),
        .answer("400", 400, .partial, "status 400", archived: 2),
        .answer(
            "400, the message clears the screen",
            400,
            .partial,
            "␛[2J␊error: Complete",
            archived: 2,
            body: #"{"error":{"message":"\u001b[2J\nerror: Complete"}}"#
        ),
        .answer(
            "400, the error is a text",
            400,
            .partial,
            "out of order",
            archived: 2,
            body: #"{"error":"out of order"}"#
        ),
        .answer(
            "500 with x-should-retry: false",
            500,
            .partial,
            "results failed: status 500",
            archived: 2,
            headers: [HeaderField("x-should-retry", "false")]
        ),
        .answer(
            "400 with x-should-retry: true, twice",
            400,
            .done,
            "status 400",
            times: 2,
            headers: [HeaderField("x-should-retry", "true")]
        ),
        .answer("401, each time", 401, .partial, "status 401", archived: 2),
        .answer("403, each time", 403, .partial, "status 403", archived: 2),
        .list("401 on the listing", .keyRefused, "authentication_error", archived: 0) { _ in .answer(status: 401) },
        .list("403 on the listing", .keyRefused, "permission_error", archived: 0) { _ in .answer(status: 403) },
        .list("404 on the listing", .error, "not_found_error", archived: 0) { _ in .answer(status: 404) },
        .answer("404 right after the end, twice", 404, .done, "the results are not ready", times: 2),
        .answer("404, each time", 404, .partial, "unavailable", archived: 2),
        .answer("410, each time", 410, .partial, "unavailable", archived: 2),
        FaultRow(
            name: "404, each time, and the server says the 29 days are over",
            status: .done,
            sentence: "the API removed its results",
            archived: 2
        ) { id, _ in
            [
                Fault(.answer(status: 404), on: [.results], of: id),
                Fault(.shiftDate(seconds: 40 * 86_400), on: [.list, .retrieve, .results]),
            ]
        },
    ]

    // MARK: Results

    private static let invalid = Array("{\"custom_id\":\"x\",".utf8)

    private static func quarantined(
        _ name: String,
        _ sentence: String,
        _ effects: @escaping @Sendable (_ results: [UInt8]) -> [ResultsFault]
    ) -> FaultRow {
        .results(name, .integrity, sentence, archived: 2, quarantined: 1) { effects($0).map { .results($0) } }
    }

    private static func line(_ type: String) -> [UInt8] {
        Array("{\"custom_id\":\"another\",\"result\":{\"type\":\"\(type)\"}}".utf8)
    }

    static let results: [FaultRow] = [
        quarantined("one line more than promised", "request_counts promises") { _ in
            [.appended(line("expired") + [0x0A])]
        },
        quarantined("one line fewer than promised", "request_counts promises") { _ in [.dropLine(3)] },
        quarantined("a line of another type than promised", "request_counts promises") { _ in
            [.replaceLine(2, line("expired"))]
        },
        quarantined("a line of an unknown type", "request_counts promises") { _ in [.replaceLine(2, line("new"))] },
        quarantined("the same custom_id twice", "repeats a custom_id") { _ in [.repeatLine(3), .dropLine(5)] },
        quarantined("an invalid line first", "the first is line 1") { _ in [.replaceLine(1, invalid)] },
        quarantined("an invalid line in the middle", "the first is line 20") { _ in [.replaceLine(20, invalid)] },
        quarantined("an invalid line last", "the first is line 40") { _ in [.replaceLine(40, invalid)] },
        quarantined("a byte that is not UTF-8", "the first is line 1") { results in
            [.flip(byte: results.firstIndex { $0 == UInt8(ascii: "c") }!), .replaceLine(1, [0x7B, 0xFF, 0x7D])]
        },
        .results(
            "a line longer than allowed",
            .partial,
            "raise --max-line-bytes",
            archived: 2,
            arguments: ["--max-line-bytes", "150000"]
        ) { _ in [.results(.replaceLine(2, Array(repeating: 0x20, count: 200_000)))] },
        .results("a line with the API key", .partial, "the results contain the API key", archived: 2) { _ in
            [.results(.replaceLine(2, line(InProcess.key)))]
        },
        .results("another content-type", .done, "") { _ in [.header("content-type", "text/html")] },
    ]

    // MARK: Batch objects

    static let objects: [FaultRow] = [
        .member("results_url null", .partial, "no valid results_url", archived: 2, "results_url") { _ in "null" },
        .member("results_url relative", .done, "", archived: 3, "results_url") { id in
            "\"/v1/messages/batches/\(id)/results\""
        },
        .member("results_url at another host, with the known path", .done, "", archived: 3, "results_url") { id in
            "\"https://elsewhere.invalid/v1/messages/batches/\(id)/results\""
        },
        .member(
            "results_url at another host, with another path",
            .partial,
            "where the API key is not sent",
            archived: 2,
            "results_url"
        ) { _ in "\"https://elsewhere.invalid/file\"" },
        .member("results_url of another batch", .partial, "is that of another batch", archived: 2, "results_url") { _ in
            "\"/v1/messages/batches/msgbatch_other/results\""
        },
        .results("a redirect to another host", .partial, "where the API key is not sent", archived: 2) { _ in
            [.redirect(to: "http://127.0.0.2:9/results")]
        },
        FaultRow(name: "redirects in a circle", status: .partial, sentence: "more than 5 in a row", archived: 2) {
            id,
            _ in
            [Fault(.redirect(to: "{base_url}/v1/messages/batches/\(id)/results"), on: [.results], of: id)]
        },
        FaultRow(
            name: "removed between listing and download",
            status: .lost,
            sentence: "the API removed its results",
            archived: 2
        ) { id, _ in [Fault(.change(.removeResults(id)), on: [.results], of: id, .first(1))] },
        .member("an unknown member of request_counts", .done, "", archived: 3, "request_counts") { _ in
            #"{"processing":0,"succeeded":37,"errored":2,"canceled":1,"expired":0,"total":40,"by_model":{"m":40}}"#
        },
        .member("a batch object with the API key", .partial, "contains the API key", archived: 2, "metadata") { _ in
            "\"\(InProcess.key)\""
        },
        .member("an unknown status", .done, "", archived: 2, "processing_status") { _ in "\"paused\"" },
        .member("ended_at in the year 1700", .done, "", archived: 3, "ended_at") { _ in "\"1700-01-01T00:00:00Z\"" },
        .member("archived_at in the year 1, as for no time", .done, "", archived: 3, "archived_at") { _ in
            "\"0001-01-01T00:00:00Z\""
        },
        FaultRow(name: "the server's clock ten days slow", status: .done, sentence: "") { _, _ in
            [Fault(.shiftDate(seconds: -864_000), on: [.list, .retrieve, .results])]
        },
        FaultRow(name: "the server's clock forty days fast", status: .done, sentence: "") { _, _ in
            [Fault(.shiftDate(seconds: 3_456_000), on: [.list, .retrieve, .results])]
        },
    ]

    // MARK: The listing

    private static func stuck(_ name: String, _ fault: PageFault) -> FaultRow {
        .list(name, .error, "the listing does not advance", archived: 0, pageSize: 1, .from(2)) { _ in .page(fault) }
    }

    static let listings: [FaultRow] = [
        stuck("a cursor that repeats", .repeatedCursor),
        stuck("a cursor that is ignored", .ignoredCursor),
        stuck("an empty page that promises more", .emptyWithMore),
        .list("a page without has_more", .done, "", archived: 3, pageSize: 2) { _ in .page(.member("has_more", nil)) },
        .list("a page that is not JSON", .error, "a page instead of JSON", archived: 0) { _ in
            .answer(status: 200, body: "<html>")
        },
        .list("the cursor's batch is deleted", .partial, "unavailable", archived: 2, pageSize: 2, .nth(2)) { id in
            .change(.remove(id))
        },
        .list("a batch appears during the walk", .done, "", archived: 3, pageSize: 1, .nth(2)) { _ in
            .change(.add(appearing))
        },
        .list("a page of more than 10,000 elements", .error, "more than 10000 elements", archived: 0) { _ in
            .page(.member("data", "[\(Array(repeating: "{}", count: 10_001).joined(separator: ","))]"))
        },
    ]

    /// A batch newer than all others, so that it comes before the first page.
    private static let appearing = try! SimulatedBatch(
        document: Array(
            """
            {"id":"msgbatch_new","type":"message_batch","processing_status":"in_progress","request_counts":{"processing":1,\
            "succeeded":0,"errored":0,"canceled":0,"expired":0},"created_at":"2100-01-01T00:00:00Z",\
            "expires_at":"2100-01-02T00:00:00Z","ended_at":null,"cancel_initiated_at":null,"archived_at":null,\
            "results_url":null}
            """
            .utf8
        )
    )
}
