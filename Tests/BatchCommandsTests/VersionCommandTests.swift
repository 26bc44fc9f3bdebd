import BlockGzip
import Prices
import Testing

@testable import BatchCommands

/// What `version` shows.
struct VersionCommandTests {
    @Test func `version shows the program, the codec and the date of the prices`() async throws {
        let run = await InProcess.run(["version"], at: "http://127.0.0.1:9")
        #expect(run.status == .done && run.notes.isEmpty)
        try #require(run.lines.count == 3)
        #expect(run.lines[0] == "batchkeep \(BatchkeepVersion.current)")
        #expect(run.lines[1].hasPrefix("Codec: libdeflate ") || run.lines[1].hasPrefix("Codec: zlib 1."))
        #expect(run.lines[2] == "Prices: \(BuiltInPrices.version)")
    }

    @Test(arguments: ["--json", "-j"])
    func `as JSON, version is one object`(flag: String) async throws {
        let run = await InProcess.run(["version", flag], at: "http://127.0.0.1:9")
        #expect(run.lines.count == 1)
        #expect(Set(run.document.keys) == ["version", "codec", "prices_version"])
        #expect(run.document["version"] as? String == BatchkeepVersion.current)
        let codec = try #require(run.document["codec"] as? [String: Any])
        #expect(codec["name"] as? String == (LibdeflateCodec() == nil ? "zlib" : "libdeflate"))
        #expect(codec["level"] as? Int == (LibdeflateCodec() == nil ? 6 : 4))
    }

    @Test func `--version stays one line`() async {
        let run = await InProcess.run(["--version"], at: "http://127.0.0.1:9")
        #expect(run.output == "\(BatchkeepVersion.current)\n")
    }

    @Test func `a codec that reports its version is shown with it`() {
        let identity = CodecIdentity(name: "zlib", level: 6, version: "1.3.1")
        #expect(VersionCommand.Document(codec: identity).lines[1] == "Codec: zlib 1.3.1, level 6")
    }
}
