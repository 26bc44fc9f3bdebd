import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// Where a key comes from, and how it is sent.
struct KeySourceTests {
    private static let noServer = "http://127.0.0.1:9"

    private func list(_ options: [String], clock: any Clock<Duration> = ContinuousClock()) async -> InProcess {
        await InProcess.run(["list", "--limit", "1"] + options, at: Self.noServer, clock: clock)
    }

    @Test(
        arguments: [
            ("exit 3", "the command failed with status 3"), ("kill -9 $$", "signal 9 ended the command"),
            ("no-such-command-x", "the command failed with status 127"), ("true", "the command printed no key"),
            ("echo; echo '  '", "the command printed no key"), ("echo secret-x >&2", "the command printed no key"),
            ("echo secret-x; exit 1", "the command failed with status 1"),
            ("while :; do echo secret-x-secret-x-secret-x; done", "the command printed more than 64 KiB"),
        ]
    )
    func `a command without a key is an error without its output`(command: String, sentence: String) async {
        let run = await list(["--key-command", command])
        #expect(run.status == .usage)
        #expect(run.notes.hasPrefix("error: --key-command: \(sentence)\nhint: "), "\(run.notes)")
        #expect(!run.notes.contains("secret-x"))
    }

    @Test(arguments: ["sleep 600", "echo secret-x; sleep 600 & exit 0", "cat; sleep 600"])
    func `a command that does not end is stopped after its time`(command: String) async {
        let run = await list(["--key-command", command], clock: QuickClock())
        #expect(run.status == .usage)
        #expect(run.notes.contains("--key-command: the command did not end within 60 s"), "\(run.notes)")
        #expect(!run.notes.contains("secret-x"))
    }

    @Test func `a command with an unusable key does not show it`() async {
        let run = await list(["--key-command", "echo 'secret-x with spaces'"])
        #expect(run.status == .usage)
        #expect(run.notes.contains("invalid API key"))
        #expect(!run.notes.contains("secret-x"))
    }

    @Test func `a failed command is the error of the document`() async throws {
        try await Scratch.use { scratch in
            let arguments = ["export", "--json", "--archive", scratch.path("a"), "--key-command", "exit 9"]
            let run = await InProcess.run(arguments, at: Self.noServer)
            #expect(run.status == .usage)
            #expect(run.document["error"] as? String == "--key-command: the command failed with status 9")
        }
    }

    @Test func `a key file and a key command cannot be used together`() async {
        let run = await list(["--key-command", "echo a", "--key-file", "/dev/null"])
        #expect(run.status == .usage)
        #expect(run.notes.contains("--key-file, --key-command: cannot be used together"))
    }

    /// The header with the key of the only request of a command.
    private func sent(_ options: [String], environment: [String: String] = [:]) async throws -> [String: String] {
        let scenario = try Scenario.generated(lines: 1, clock: .noon)
        return try await withSimulator(scenario) { server in
            let run = await InProcess.run(
                ["list", "--limit", "1"] + options,
                at: server.baseURL,
                environment: environment
            )
            #expect(run.status == .done, "\(run.notes)")
            let fields = server.service.requests.first?.headers ?? []
            return Dictionary(fields.map { ($0.name.lowercased(), $0.value) }) { $0 + ", " + $1 }
        }
    }

    @Test(
        arguments: [
            ([], [:], "x-api-key"), (["--key-kind", "token"], [:], "authorization"),
            (["--key-command", "echo a-key-of-a-command"], [:], "x-api-key"),
            (["--key-command", "printf '%s' \"$OTHER\"", "--key-kind=token"], ["OTHER": "token"], "authorization"),
            ([], ["ANTHROPIC_API_KEY": "", "ANTHROPIC_AUTH_TOKEN": " token\r\n"], "authorization"),
            (["--key-kind=key"], ["ANTHROPIC_API_KEY": "", "ANTHROPIC_AUTH_TOKEN": "token"], "x-api-key"),
            ([], ["ANTHROPIC_API_KEY": "\n  key \n"], "x-api-key"),
        ] as [([String], [String: String], String)]
    )
    func `the kind of a key decides its header`(options: [String], environment: [String: String], name: String)
        async throws
    {
        let headers = try await sent(options, environment: environment)
        #expect(headers.keys.filter { ["x-api-key", "authorization"].contains($0) } == [name])
        #expect(headers["anthropic-beta"] == nil)
    }

    // MARK: Headers and workspace

    @Test func `headers come from the variable and from options, which replace them`() async throws {
        let headers = try await sent(
            ["--header", "X-Team: research", "--header=x-cost:12"],
            environment: ["ANTHROPIC_CUSTOM_HEADERS": "x-team: other\r\n\nx-region: eu: west \n"]
        )
        #expect(headers["x-team"] == "research")
        #expect(headers["x-cost"] == "12")
        #expect(headers["x-region"] == "eu: west")
    }

    @Test(
        arguments: [
            ("x-a: b\nx-evil: secret-x", "header x-a: the value is empty, or contains a line end"),
            ("x-a: secret-x\u{7F}", "header x-a: the value is empty, or contains a line end"),
            ("secret-x", "invalid header: expected 'Name: value'"), ("X-Api-Key: secret-x", "header X-Api-Key: cannot"),
            ("authorization: secret-x", "header authorization: cannot be set"),
            ("host: secret-x", "header host: cannot"),
            ("Content-Length: 1", "header Content-Length: cannot be set"),
        ]
    )
    func `an invalid header is an error without its value`(header: String, sentence: String) async throws {
        let run = await list(["--header", header])
        #expect(run.status == .usage)
        #expect(run.notes.contains("error: --header: \(sentence)"), "\(run.notes)")
        #expect(!run.notes.contains("secret-x"))
    }

    @Test func `an invalid line of the variable is named by its number`() async {
        let run = await InProcess.run(
            ["list"],
            at: Self.noServer,
            environment: ["ANTHROPIC_CUSTOM_HEADERS": "x-a: 1\n\nsecret-x"]
        )
        #expect(run.status == .usage)
        #expect(run.notes.contains("error: ANTHROPIC_CUSTOM_HEADERS, line 3: invalid header"), "\(run.notes)")
        #expect(!run.notes.contains("secret-x"))
    }

    @Test func `an archive and its history do not contain values of headers`() async throws {
        try await InProcess.export(
            Scenario.generated(lines: 5, clock: .noon),
            ["--header", "x-gateway: secret-of-the-gateway"]
        ) { run, archive, server in
            #expect(run.status == .done, "\(run.notes)")
            #expect(server.service.requests.allSatisfy { $0.headers.contains { $0.name.lowercased() == "x-gateway" } })
            let status = await InProcess.offline(["status", "--json"], on: archive)
            #expect(status.output.contains("--header"))
            #expect(!(status.output + run.output + run.notes).contains("secret-of-the-gateway"))
            let catalog = try Data(contentsOf: archive.url.appending(path: "catalog.sqlite"))
            #expect(catalog.range(of: Data("secret-of-the-gateway".utf8)) == nil)
        }
    }

    @Test(
        arguments: [
            ([], [:], false), (["--workspace", "wrkspc_1"], [:], true),
            ([], ["ANTHROPIC_WORKSPACE_ID": " wrkspc_1\n"], true),
            (["--workspace", "wrkspc_1"], ["ANTHROPIC_WORKSPACE_ID": "wrkspc_2"], true),
            (["--header", "anthropic-workspace-id: wrkspc_1"], ["ANTHROPIC_WORKSPACE_ID": "wrkspc_2"], true),
            ([], ["ANTHROPIC_WORKSPACE_ID": "wrkspc_2"], false),
        ] as [([String], [String: String], Bool)]
    )
    func `a required workspace comes from the option or the variable`(
        options: [String],
        environment: [String: String],
        isAccepted: Bool
    ) async throws {
        var scenario = try Scenario.generated(lines: 1, clock: .noon)
        scenario.requiresWorkspace = true
        scenario.workspaceID = "wrkspc_1"
        try await withSimulator(scenario) { server in
            let run = await InProcess.run(["list"] + options, at: server.baseURL, environment: environment)
            #expect((run.status == .done) == isAccepted, "\(run.notes)")
            #expect(run.notes.contains("anthropic-workspace-id") == !isAccepted)
        }
    }
}
