import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// The output of `run --check`: the exports of a file, or every error with its position.
struct PipelineFileTests {
    private func check(_ text: String, _ overrides: [String] = []) async throws -> InProcess {
        try await Scratch.use { scratch in
            let file = try scratch.write(text, to: "file.yaml")
            let run = await InProcess.run(["run", "--check", file] + overrides, at: "http://127.0.0.1:9")
            let notes = run.notes.replacing(file, with: "file.yaml")
            return InProcess(status: run.status, output: run.output, notes: notes)
        }
    }

    @Test(arguments: [
        ("since: 7d\nsinse: 7d", "2:1: unknown key 'sinse'\nhint: did you mean 'since'?"),
        ("until: 7d\nmetric-file: x", "2:1: unknown key 'metric-file'\nhint: did you mean 'metrics-file'?"),
        ("weather: fine", "1:1: unknown key 'weather'\nhint: "),
        ("since: 7d\nsince: 8d", "1:1: 'since' is repeated"),
        ("concurrency: four", "1:1: --concurrency: invalid value 'four': must be auto or 1 to 64"),
        ("concurrency: 65", "1:1: --concurrency: invalid value '65': must be auto or 1 to 64"),
        ("concurrency: [1, 2]", "1:1: concurrency: must be one value"),
        ("level:", "1:1: level: must be one value"),
        ("dry-run: maybe", "1:1: dry-run: must be true or false"),
        ("status: [ended, finished]", "1:1: --status: invalid value 'finished': must be one of"),
        ("status: []", "1:1: status: must be at least one value"),
        ("status: in_progress", "1:1: --status: only ended batches have results to export"),
        ("quiet: true\nsince: yesterdayy", "2:1: --since: invalid time 'yesterdayy'"),
        ("since: 7d\nuntil: 8d", "1:1: empty time window"),
        ("quiet: true\nduring: now", "2:1: --during: invalid period 'now'"),
        ("since: 7d\nduring: today", "1:1: --during, --since, --until: cannot be used together"),
        ("since: 7d\ntimezone: Berlin", "2:1: --timezone: time zone not found: 'Berlin'"),
        ("ca-file: absent.pem", "1:1: ca-file: file not found or unreadable: 'absent.pem'"),
        (
            "join: ['absent-{batch_id}.csv', 'absent.sqlite#rows']",
            "1:1: join: file not found or unreadable: 'absent.sqlite'"
        ),
        ("prefix-pattern: '('", "1:1: --prefix-pattern: invalid regular expression '(': expected ')'"),
        ("ping-url: nowhere", "1:1: --ping-url: invalid URL"),
        ("quiet: true\nbase-url: foo", "2:1: --base-url: invalid URL 'foo': it must start with https:// or http://"),
        (
            "quiet: true\narchive: ~/x",
            "2:1: archive: invalid path '~/x': only a shell replaces ~\nhint: write the path of the home folder"
        ),
        ("metrics-file: ~/m.prom", "1:1: metrics-file: invalid path '~/m.prom': only a shell replaces ~"),
        ("sources:\n  - name: a\n    key-file: ~/key", "3:5: key-file: invalid path '~/key': only a shell replaces ~"),
        ("base-url: htp://x", "1:1: --base-url: invalid URL 'htp://x': it must start with"),
        ("base-url: 'http://'", "1:1: --base-url: invalid URL 'http://': the host is missing or invalid"),
        ("sources:\n  - name: a\n    base-url: foo", "3:5: --base-url: invalid URL 'foo'"),
        ("metrics-file: /nonexistent/m.prom", "1:1: --metrics-file: folder not found: '/nonexistent'"),
        ("- since: 7d", "1:1: expected keys with values"),
        ("just text", "1:1: expected keys with values"),
        ("", "1:1: expected keys with values"),
        ("since: [7d", "invalid YAML"),
        ("since: 7d\n---\nsince: 8d", "invalid YAML"),
        ("parallel: 0", "1:1: parallel: must be a whole number from 1 to 64"),
        ("sources: none", "1:1: sources: must be a list"),
        ("sources: []", "1:1: sources: must not be empty"),
        ("sources:\n  - since: 7d", "2:5: name is missing"),
        ("sources:\n  - name: A", "2:5: invalid name 'A'"),
        ("sources:\n  - name: a\n  - name: a", "3:5: name 'a' is repeated"),
        ("sources:\n  - name: a\n    archive: b", "3:5: archive: not allowed in a source"),
        ("sources:\n  - name: a\n    concurrency: x", "3:5: --concurrency: invalid value 'x'"),
        ("sources:\n  - name: a\n    since: 7d\n    until: 8d", "2:5: empty time window"),
        ("key-variable: KEY\nkey-file: /dev/null", "2:1: key-variable, key-file: cannot be used together"),
        ("key-command: echo\nkey-file: /dev/null", "2:1: key-file, key-command: cannot be used together"),
        ("key-variable: K\nkey-command: echo", "2:1: key-variable, key-command: cannot be used together"),
        ("header: 'secret'", "1:1: --header: invalid header: expected 'Name: value'"),
        ("header: ['x-a: 1', 'Host: b']", "1:1: --header: header Host: cannot be set"),
    ])
    func `an error is reported with its position`(text: String, sentence: String) async throws {
        let run = try await check(text)
        #expect(run.status == .usage)
        #expect(run.output.isEmpty)
        #expect(run.notes.hasPrefix("error: file.yaml:"), "\(run.notes)")
        #expect(run.notes.contains(sentence), "\(run.notes)")
    }

    @Test func `all errors are reported at once, in the order of the file`() async throws {
        let run = try await check("level: x\nsinse: 7d\nquiet: 7\n")
        let places = run.notes.split(separator: "\n").filter { $0.hasPrefix("error: file.yaml:") }
            .map { String($0.split(separator: ":")[2]) }
        #expect(places == ["1", "2", "3"], "\(run.notes)")
    }

    @Test(arguments: ["api-key: sk-ant-secret", "key-variable: sk-ant-secret", "key: sk-ant-secret"])
    func `an API key in the file is rejected and not printed`(text: String) async throws {
        let run = try await check(text)
        #expect(run.status == .usage)
        #expect(run.notes.contains("key-variable"), "\(run.notes)")
        #expect(!run.notes.contains("sk-ant-secret"))
    }

    @Test func `a missing file is named`() async {
        let run = await InProcess.run(["run", "--check", "absent.yaml"], at: "http://127.0.0.1:9")
        #expect(run.status == .usage)
        #expect(run.notes.contains("error: absent.yaml:1:1: cannot read the file"), "\(run.notes)")
    }

    @Test func `a valid file is shown as its command lines`() async throws {
        let run = try await check(
            "since: 2024-08-01\nstatus: [ended, all]\nquiet: yes\ndry-run: no\narchive: my archive"
        )
        #expect(run.status == .done, "\(run.notes)")
        #expect(
            run.output
                == "batchkeep export --since=2024-08-01 --status=ended --status=all --quiet '--archive=my archive'\n"
        )
    }

    @Test func `options after the file override those in the file`() async throws {
        let run = try await check("since: 30d\nstatus: all\nbeta: [a, b]", ["--since", "7d", "--beta=c"])
        #expect(run.status == .done, "\(run.notes)")
        #expect(run.output == "batchkeep export --status=all --since 7d --beta=c\n")
    }

    @Test func `options for the window replace those in the file that set the same ends`() async throws {
        let period = try await check("since: 30d\nuntil: 1d", ["--during", "last-week"])
        #expect(period.output == "batchkeep export --during last-week\n", "\(period.notes)")
        let start = try await check("during: last-week\ntimezone: Europe/Berlin", ["--since", "7d"])
        #expect(start.output == "batchkeep export --timezone=Europe/Berlin --since 7d\n", "\(start.notes)")
        let source = try await check("since: 30d\nsources:\n  - name: a\n    during: 2026-W45")
        #expect(
            source.output == "batchkeep export --during=2026-W45 --archive=./archive/workspace=a\n",
            "\(source.output)\(source.notes)"
        )
    }

    @Test func `a workspace has its own settings and its own archive`() async throws {
        let text = """
            archive: all
            since: 30d
            key-file: /dev/null
            sources:
              - name: research
                since: 7d
                key-variable: RESEARCH_KEY
              - name: ops
            """
        let run = try await check(text)
        #expect(run.status == .done, "\(run.notes)")
        #expect(
            run.output == """
                ANTHROPIC_API_KEY="$RESEARCH_KEY" batchkeep export --since=7d --archive=all/workspace=research
                batchkeep export --since=30d --key-file=/dev/null --archive=all/workspace=ops

                """
        )
        #expect(run.notes.contains("key-variable: the environment variable RESEARCH_KEY is not set"))
        let moved = try await check(text, ["--archive", "elsewhere"])
        #expect(moved.output.contains("--archive=elsewhere/workspace=ops"), "\(moved.output)")
    }

    @Test(
        arguments: [
            ["--key-file", "/etc/all.key"], ["--key-file=/etc/all.key"], ["--key-command", "pass show all"],
            ["--since", "7d", "--key-command=pass show all", "--quiet"],
        ]
    )
    func `an option for the key replaces only the key at the top level of the file`(option: [String]) async throws {
        let text = """
            key-variable: ALL_KEY
            sources:
              - name: a
                key-variable: A_KEY
              - name: b
                key-file: /dev/null
              - name: c
                key-command: pass show c
              - name: d
            """
        let run = try await check(text, option)
        #expect(run.status == .done, "\(run.notes)")
        let lines = run.output.split(separator: "\n")
        try #require(lines.count == 4)
        #expect(lines[0].hasPrefix("ANTHROPIC_API_KEY=\"$A_KEY\" ") && !lines[0].contains("--key-"), "\(lines[0])")
        #expect(lines[1].contains(" --key-file=/dev/null "), "\(lines[1])")
        #expect(lines[2].contains(" '--key-command=pass show c' "), "\(lines[2])")
        #expect(lines[3].contains(" --key-") || lines[3].contains("'--key-"), "\(lines[3])")
        #expect(lines.count { $0.contains("all.key") || $0.contains("pass show all") } == 1, "\(run.output)")
        #expect(lines.allSatisfy { $0.contains(" --since 7d ") } == option.contains("--since"), "\(run.output)")
        // The variable of the file is replaced, that of the source is missing.
        #expect(run.notes.contains("the environment variable A_KEY is not set"), "\(run.notes)")
        #expect(!(run.output + run.notes).contains("ALL_KEY"))
    }

    @Test func `an option for the key replaces the key of a file without sources`() async throws {
        let run = try await check("key-variable: ALL_KEY", ["--key-file", "/etc/all.key"])
        #expect(run.output == "batchkeep export --key-file /etc/all.key\n", "\(run.notes)")
    }

    @Test func `a source has one key, and values of headers are not shown`() async throws {
        let text = """
            key-file: /dev/null
            header: ['x-gateway: secret-of-the-gateway']
            sources:
              - name: a
                key-command: pass show a
              - name: b
                key-variable: B_KEY
              - name: c
            """
        let run = try await check(text)
        #expect(run.status == .done, "\(run.notes)")
        let lines = run.output.split(separator: "\n")
        try #require(lines.count == 3)
        #expect(lines[0].contains("'--key-command=pass show a'") && !lines[0].contains("--key-file"))
        #expect(lines[1].hasPrefix("ANTHROPIC_API_KEY=\"$B_KEY\" ") && !lines[1].contains("--key-"))
        #expect(lines[2].contains("--key-file=/dev/null"))
        #expect(!(run.output + run.notes).contains("secret-of-the-gateway"))
        let replaced = try await check(text, ["--key-command", "pass show all"])
        #expect(!replaced.output.contains("--key-file"), "\(replaced.output)")
    }

    @Test func `an unknown option after the file is rejected like one of export`() async throws {
        let run = try await check("since: 30d", ["--sinse", "7d"])
        #expect(run.status == .usage)
        #expect(run.notes.contains("error: unknown option: '--sinse'\nhint: did you mean '--since'?\n"), "\(run.notes)")
    }

    @Test(arguments: [
        (["n.yaml", "--check"], "--check goes before the file: batchkeep run --check n.yaml"),
        (
            ["n.yaml", "--since", "7d", "--check"],
            "--check goes before the file: batchkeep run --check n.yaml --since 7d"
        ),
        (["n.yaml", "--version"], "--version goes before the file: batchkeep run --version n.yaml"),
        (["--since", "7d", "n.yaml"], "--since goes after the file: batchkeep run n.yaml --since 7d"),
        (["-q", "--since=7d", "n.yaml", "-v"], "--since goes after the file: batchkeep run -q n.yaml --since=7d -v"),
        (["--since", "7d"], "--since goes after the file: batchkeep run FILE --since 7d"),
    ])
    func `an option on the wrong side of the file names the right side`(arguments: [String], hint: String) async {
        let run = await InProcess.offline(["run"] + arguments)
        #expect(run.status == .usage)
        #expect(run.notes.hasSuffix("\nhint: \(hint)\n"), "\(run.notes)")
    }

    @Test(arguments: [
        (["n.yaml", "--since"], "--since: missing value"), (["--since=7d"], "missing argument: <file>"),
        (["n.yaml", "--since", "-7d"], "unknown option: '-7d'"),
    ])
    func `options of export are known on both sides of the file`(arguments: [String], sentence: String) async {
        let run = await InProcess.offline(["run"] + arguments)
        #expect(run.status == .usage)
        #expect(run.notes.hasPrefix("error: \(sentence)"), "\(run.notes)")
    }

    @Test(arguments: ["--help", "-h"])
    func `help after the file is the help of run`(option: String) async {
        let help = await InProcess.offline(["run", "--help"])
        #expect(await InProcess.offline(["run", "n.yaml", "--since", "7d", option]).output == help.output)
        #expect(help.output.contains("batchkeep run [<options>] <file>"), "\(help.output)")
    }

    @Test(arguments: [("sinse: 7d", ["--json"]), ("sinse: 7d\nformat: json", [])])
    func `an invalid file has a summary too`(text: String, overrides: [String]) async throws {
        try await Scratch.use { scratch in
            let file = try scratch.write(text, to: "file.yaml")
            let run = await InProcess.run(["run", file] + overrides, at: "http://127.0.0.1:9")
            #expect(run.status == .usage)
            #expect(run.output.count { $0 == "\n" } == 1)
            #expect(run.document["exit_status"] as? Int == 2)
            #expect((run.document["error"] as? String)?.contains("unknown key 'sinse'") == true)
            #expect((run.document["sources"] as? [Any])?.isEmpty == true)
        }
    }

    @Test func `an invalid option after the file is not reported as an error of the file`() async throws {
        try await Scratch.use { scratch in
            let file = try scratch.write("format: json", to: "file.yaml")
            let run = await InProcess.run(["run", file, "--since", "soon"], at: "http://127.0.0.1:9")
            #expect(run.status == .usage)
            #expect(run.notes.hasPrefix("error: --since: invalid time 'soon'\n"), "\(run.notes)")
            #expect(!run.notes.contains("file.yaml"))
            #expect(run.document["exit_status"] as? Int == 2)
        }
    }

    @Test func `an invalid file is reported to the ping URL, but not by a check`() async throws {
        try await Scratch.use { scratch in
            try await withSimulator(Scenario(batches: [])) { server in
                let file = try scratch.write("sinse: 7d\nping-url: \(server.baseURL)/p", to: "file.yaml")
                _ = await InProcess.run(["run", "--check", file], at: server.baseURL)
                #expect(server.service.requests.isEmpty)
                _ = await InProcess.run(["run", file], at: server.baseURL)
                #expect(server.service.requests.map(\.path) == ["/p/fail"])
            }
        }
    }
}
