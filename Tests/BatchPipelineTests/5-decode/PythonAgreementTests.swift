import BatchPipeline
import Foundation
import JSONLines
import TestSupport
import Testing

/// Compares the decoder with Python's json module.
struct PythonAgreementTests {
    private static let python = "/usr/bin/env"

    private static let isThere: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["python3", "-c", ""]
        process.standardError = FileHandle.nullDevice
        return (try? process.run()).map { process.waitUntilExit() } != nil && process.terminationStatus == 0
    }()

    /// Reads lines in hex and prints for each whether it is a result, and its values.
    ///
    /// The module accepts NaN and Infinity, which JSON does not have. Like the decoder, it keeps the last of equal keys
    /// and accepts lone surrogates.
    private static let script = """
        import codecs, json, sys

        def refuse(name):
            raise ValueError(name)

        def shown(error):
            return b"\\xef\\xbf\\xbd" * (error.end - error.start), error.end

        codecs.register_error("shown", shown)

        for line in sys.stdin:
            try:
                value = json.loads(bytes.fromhex(line).decode("utf-8"), parse_constant=refuse)
                if not isinstance(value, dict) or not isinstance(value.get("custom_id"), str):
                    raise ValueError("custom_id")
                if not isinstance(value.get("result"), dict) or not isinstance(value["result"].get("type"), str):
                    raise ValueError("result")
                texts = [value["custom_id"], value["result"]["type"]]
                print("yes", *[text.encode("utf-8", "shown").hex() or "-" for text in texts])
            except (ValueError, RecursionError):
                print("no")
        """

    private func decodedByPython(_ lines: [[UInt8]]) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.python)
        process.arguments = ["python3", "-c", Self.script]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let text = lines.map { hex($0) + "\n" }.joined()
        // Written in parallel with reading: otherwise a full pipe would block both sides.
        Thread.detachNewThread {
            try? input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
            try? input.fileHandleForWriting.close()
        }
        let answer = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: answer, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func decodedHere(_ line: [UInt8]) throws -> String {
        let block = ResultDecoder.decode(try .holding(line + [0x0A]))
        guard let record = block.plain.first else { return "no" }
        return ["yes", text(record.customID), text(record.resultType)].joined(separator: " ")
    }

    private func text(_ text: ExactText) -> String {
        text.utf8.isEmpty ? "-" : hex(text.utf8)
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(.enabled(if: isThere, "python3 is not installed"))
    func `Python accepts the same lines and reads the same values`() throws {
        var generator = LineGenerator(seed: 2_024)
        var random = SeededGenerator(seed: 8)
        let valid = (0..<300).map { _ in Array(generator.next().line.utf8) }
        let damaged = (0..<3_000).map { _ in LineMutation.mutated(random.pick(valid), &random) }
        let spelled = [
            "NaN", "-Infinity", "1.", ".5", "01", "-", "1e", "1e+", "0x1", "1_0", "\u{FF11}", "nul", "True",
            "\"\\u00G0\"", "\"\\ud8\"",
            "\"\\u+123\"", "\"\t\"", "'a'", "[1,]", "{\"a\":1,}", "[,]", "/**/1", "\"\u{7F}\"", "\"\\ud83d\\ude00\"",
            "1E5", "-0",
        ]
        .map { Array("{\"custom_id\":\"a\",\"x\":\($0),\"result\":{\"type\":\"expired\"}}".utf8) }
        let lines = (valid + damaged + spelled).filter { line in line.contains { ![0x20, 0x09, 0x0D].contains($0) } }
        let here = try lines.map { try decodedHere($0) }
        let there = try decodedByPython(lines)
        try #require(there.count == lines.count)
        for (line, (ours, theirs)) in zip(lines, zip(here, there)) where ours != theirs {
            #expect(ours == theirs, "\(String(decoding: line, as: UTF8.self))")
        }
        // Both kinds of lines must be frequent enough.
        #expect(here.filter { $0 == "no" }.count > 500)
        #expect(here.filter { $0 != "no" }.count > 500)
    }
}
