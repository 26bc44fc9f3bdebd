import BatchCatalog
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
}
