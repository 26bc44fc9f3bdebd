import BatchPipeline
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

@testable import BatchCommands

/// The text and the hint for a failed request.
struct FailedRequestTests {
    private static let listing = ServiceError.listing
    private static let batch = "\(listing)/msgbatch_1"

    private func text(
        _ code: ServiceError.Code,
        _ operation: String = listing,
        attempts: Int = 1,
        change: (inout ServiceError) -> Void = { _ in }
    ) -> FailureText {
        var error = ServiceError(code: code, operation: operation, attempts: attempts)
        error.keyPlace = "ANTHROPIC_API_KEY"
        change(&error)
        return FailureText(error)
    }

    @Test(arguments: [
        (401, listing, "check the key from ANTHROPIC_API_KEY: "), (403, listing, "use a key that may read batches "),
        (404, listing, "check --base-url: "), (404, batch, "check the batch ID, "),
        (407, listing, "add them to the address of the proxy, "), (408, listing, "run the same command again later"),
        (429, listing, "use --max-rpm to send fewer requests, "), (503, batch, "run the same command again later"),
        (529, listing, "run the same command again later"),
    ])
    func `the hint follows from the status`(status: Int, operation: String, hint: String) {
        let text = text(.status(status), operation)
        #expect(text.sentence == "\(operation) failed: status \(status)")
        #expect(text.advice?.hasPrefix(hint) == true, "\(text.advice ?? "")")
    }

    @Test(arguments: [400, 405, 413, 422])
    func `there is no hint to repeat a request that is refused again`(status: Int) {
        #expect(text(.status(status)).advice == nil)
    }

    @Test func `a refused page limit suggests a smaller page, but only for the listing`() {
        let refused = { (error: inout ServiceError) in error.message = "limit: must be at most 100" }
        #expect(text(.status(400), change: refused).advice == "use a smaller page: --page-size 100")
        #expect(text(.status(400), Self.batch, change: refused).advice == nil)
    }

    @Test func `a hint never suggests a page size that failed`() {
        func advice(_ code: ServiceError.Code, _ size: Int) -> String? {
            text(code) { ($0.message, $0.pageSize) = ("limit: too large", size) }.advice
        }
        #expect(advice(.status(400), 500) == "use a smaller page: --page-size 100")
        #expect(advice(.status(422), 100) == "use a smaller page: --page-size 20")
        #expect(advice(.status(400), 1)?.hasPrefix("this server refuses pages of any size: ") == true)
        let slow = ServiceError.Code.transport(.idleTimeout, detail: "")
        #expect(advice(slow, 1_000) == "use a longer --idle-timeout, or a smaller page: --page-size 100")
        #expect(advice(slow, 1) == "use a longer --idle-timeout")
    }

    @Test func `the pause that a 429 asked for is in the hint`() {
        let text = text(.status(429)) { $0.refusedPause = .seconds(7_200) }
        #expect(text.sentence.contains("the server asks for a pause of 7200 s"))
        #expect(text.advice == "wait 2h00m, then run the same command again", "\(text.advice ?? "")")
    }

    @Test func `an HTML page is named by its type and title, which is short and visible`() {
        let text = text(.malformedReply("not JSON")) {
            let title = "Sign in\u{1B}[2J" + String(repeating: "x", count: 1_000)
            $0.page = ReceivedPage(contentType: "text/html; charset=utf-8", body: Array("<title>\(title)</title>".utf8))
        }
        #expect(text.sentence.contains("unexpected answer: text/html instead of JSON, titled 'Sign in␛[2Jxxx"))
        #expect(text.sentence.count < 400 && text.sentence.hasSuffix("…'"))
        #expect(text.advice?.hasPrefix("a proxy or another server answered instead of the API: ") == true)
    }

    @Test func `a redirect of the listing names the other server`() {
        let text = text(.foreignOrigin("https://login.example"))
        #expect(text.sentence.hasSuffix("redirected to https://login.example, where the API key is not sent"))
        #expect(text.advice == "if you trust this server, use --base-url https://login.example")
        let results = self.text(.foreignOrigin("https://login.example"), "\(Self.batch)/results", attempts: 0)
        #expect(results.sentence.contains("results_url is at https://login.example"))
        #expect(results.advice == "check that --base-url is a server of the Message Batches API")
    }

    @Test(
        arguments: [
            (.certificateName, "", "is for another host name", "use the host name of the certificate in --base-url"),
            (.certificate, "", "not trusted or has expired", "check the clock of this machine, or use --ca-file "),
            (
                .tls, "the server does not speak TLS", "does not speak TLS",
                "check the scheme and the port in --base-url"
            ),
            (.idleTimeout, "no data for 60 s", "no data for 60 s (see --idle-timeout)", "use a longer --idle-timeout"),
            (.proxyAuthentication, "proxy p:1", "requires a user name", "add them to the address of the proxy, "),
            (.connectionRefused, "", "connection refused", "check --base-url or ANTHROPIC_BASE_URL, "),
            (.cut, "", "connection lost", "run the same command again"),
            (
                .damaged, "byte 9: x", "the compressed answer is damaged: byte 9: x",
                "run the same command again, with --accept-encoding identity if "
            ),
        ] as [(ServiceError.TransportFault, String, String, String)]
    )
    func `the hint follows from the fault of the connection`(
        fault: ServiceError.TransportFault,
        detail: String,
        part: String,
        hint: String
    ) {
        let text = text(.transport(fault, detail: detail))
        #expect(text.sentence.contains(part), "\(text.sentence)")
        #expect(text.advice?.hasPrefix(hint) == true, "\(text.advice ?? "")")
    }

    @Test func `a sign-in page instead of the listing ends the run with its title`() async throws {
        var scenario = try Scenario.generated(lines: 1)
        let page = "<html><head><TITLE>Sign in</TITLE></head></html>"
        let headers = [HeaderField("content-type", "text/html")]
        scenario.faults = [Fault(.answer(status: 200, headers: headers, body: page), on: [.list])]
        try await withSimulator(scenario) { server in
            let run = await InProcess.run(["list"], at: server.baseURL)
            #expect(run.status == .error && run.output.isEmpty)
            #expect(run.notes.hasPrefix("error: GET /v1/messages/batches failed: unexpected answer: "), "\(run.notes)")
            #expect(run.notes.contains("instead of JSON, titled 'Sign in'"), "\(run.notes)")
        }
    }

    @Test(arguments: ["/v1", "/v1/", "/v1/messages/batches"])
    func `a base URL with the path of the API works`(path: String) async throws {
        try await withSimulator(.generated(lines: 1)) { server in
            let run = await InProcess.run(["list", "--since", "2000-01-01"], at: server.baseURL + path)
            #expect(run.status == .done && !run.output.isEmpty, "\(run.notes)")
        }
    }
}
