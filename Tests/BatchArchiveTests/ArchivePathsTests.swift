import Testing

@testable import BatchArchive

struct ArchivePathsTests {
    @Test(arguments: [
        ("msgbatch_01.json", "msgbatch_01"),
        ("manifests/date=2024-08-20/msgbatch_01.json", "msgbatch_01"),
        ("msgbatch_01.json.new", nil),
        ("msgbatch_01", nil),
        (".json", nil),
        ("a.b.json", nil),
        ("a\u{301}.json", nil),
        ("a.json/", nil),
        ("", nil),
    ])
    func `only the name of a manifest has a batch ID`(path: String, id: String?) {
        #expect(ArchivePaths.id(ofManifest: path) == id)
    }
}
