import BatchCatalog
import MessageBatches
import Testing

struct CatalogRunTests {
    @Test(arguments: [
        ("--base-url=https://api.example/v1?key=secret", "--base-url=https://api.example"),
        ("https://user:secret@api.example:8443/path", "https://api.example:8443"),
        ("https://ping.example/0d4b6f2e-secret", "https://ping.example"), ("--since", "--since"),
        ("http://", "http://"), ("./archive", "./archive"),
    ])
    func `of a URL only scheme and host are kept`(argument: String, kept: String) {
        let run = CatalogRun(
            command: "export",
            arguments: ["export", argument],
            version: "1",
            startedAt: Samples.now
        )
        #expect(run.arguments == ["export", kept])
    }

    @Test(
        arguments: [
            (["--header", "x-a: secret", "--since", "7d"], ["--header", "…", "--since", "7d"]),
            (["--header=x-a: a=b", "--key-command=echo secret"], ["--header=…", "--key-command=…"]),
            (["--key-command", "--since"], ["--key-command", "…"]), (["--headers=a"], ["--headers=a"]),
        ]
    )
    func `values of headers and of key commands are not kept`(arguments: [String], kept: [String]) {
        #expect(CatalogRun.withoutSecrets(arguments) == kept)
    }

    @Test func `an export that lists its window or a shard is a listing, one of named batches is not`() {
        func run(_ arguments: [String], _ counts: [String: Int], listedSince: Timestamp? = nil) -> CatalogRun {
            var run = CatalogRun(command: arguments[0], arguments: arguments, version: "1", startedAt: Samples.now)
            (run.counts, run.listedSince) = (counts, listedSince)
            return run
        }
        #expect(run(["export"], [:], listedSince: Samples.now).hasListed)
        #expect(run(["export", "--shard=0/2"], ["listed": 3]).hasListed)
        #expect(run(["export"], ["listed": 3, "not_retrieved": 1]).hasListed)
        #expect(!run(["export"], ["listed": 3]).hasListed)
        for batch in [["--batch", "msgbatch_1"], ["--batch=msgbatch_1"]] {
            #expect(!run(["export"] + batch, ["listed": 1, "not_retrieved": 1]).hasListed)
        }
        #expect(!run(["retry-quarantine"], ["listed": 1, "not_retrieved": 1]).hasListed)
        var stopped = run(["export", "--shard", "0/2"], ["listed": 3])
        stopped.error = "the connection was lost"
        #expect(!stopped.hasListed)
    }
}
