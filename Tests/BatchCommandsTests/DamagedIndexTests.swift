import BatchCommands
import Foundation
import TestSupport
import Testing

/// `query` and `show` give the same answers if the result index is damaged.
struct DamagedIndexTests {
    private static let all = ["query", "SELECT * FROM results ORDER BY batch_id, line_number"]

    /// Runs a command after each of the changes, which name the index or a file next to it, and expects the same answer.
    ///
    /// `damaged` is the number of changes that are reported as damage.
    private func check(
        _ command: [String],
        _ changes: [(Data) -> (name: String, bytes: Data)],
        expecting damaged: ClosedRange<Int>
    ) async throws {
        try await InProcess.withSamples { archive, run, _ in
            let expected = [await run(Self.all).output, await run(command).output]
            let file = archive.url.appending(path: "results.sqlite")
            let sound = try Data(contentsOf: file)
            var count = 0
            for (round, change) in changes.enumerated() {
                try sound.write(to: file)
                let (name, bytes) = change(sound)
                try bytes.write(to: archive.url.appending(path: name))
                let answer = await run(command)
                #expect(answer.status == .done && answer.output == expected[1], "round \(round): \(answer.notes)")
                if answer.notes.contains("index damaged") { count += 1 }
            }
            #expect(damaged.contains(count), "\(count)")
            #expect(await run(Self.all).output == expected[0])
        }
    }

    @Test(arguments: [all, ["show", "q001", "--raw"]])
    func `flipped bits change no answer`(command: [String]) async throws {
        var random = SeededGenerator(seed: 16)
        var changes: [(Data) -> (name: String, bytes: Data)] = []
        for round in 0..<40 {
            let bits = (0...round % 3).map { _ in UInt64.random(in: .min ... .max, using: &random) }
            changes.append { sound in
                var bytes = sound
                for bit in bits { bytes[Int(bit >> 8 % UInt64(bytes.count))] ^= 1 << UInt8(bit % 8) }
                return ("results.sqlite", bytes)
            }
        }
        // A flipped bit in a counter of the header changes nothing, and one in the version is another version.
        try await check(command, changes, expecting: 35...40)
    }

    @Test func `a cut or overwritten file is filled again`() async throws {
        let changes: [(Data) -> (name: String, bytes: Data)] = [
            { ("results.sqlite", $0.prefix($0.count / 2)) }, { ("results.sqlite", $0.prefix(100)) },
            { ("results.sqlite", $0 + Data(repeating: 0, count: 4_096)) },
            { ("results.sqlite", $0.prefix(8_192) + Data(repeating: 0, count: $0.count - 8_192)) },
            {
                (
                    "results.sqlite",
                    Data("no database at all, but long enough to be read as one".utf8) + $0.suffix(9_000)
                )
            },
            { sound in
                var bytes = sound
                // The header of a file with a write-ahead log.
                (bytes[18], bytes[19]) = (2, 2)
                return ("results.sqlite", bytes)
            },
        ]
        try await check(Self.all, changes, expecting: 6...6)
    }

    @Test func `leftovers next to the file change no answer`() async throws {
        let changes: [(Data) -> (name: String, bytes: Data)] = [
            { _ in ("results.sqlite-journal", Data(repeating: 0xD9, count: 5_000)) },
            { _ in ("results.sqlite-wal", Data(repeating: 0x37, count: 5_000)) },
        ]
        try await check(Self.all, changes, expecting: 0...0)
    }
}
