import BatchArchive
import Foundation
import TestSupport
import Testing

@testable import BatchJoin

/// Random joins give what a dictionary gives.
struct JoinPropertyTests {
    @Test(arguments: 1...12)
    func `a join gives what a dictionary gives, in memory and on disk`(seed: UInt64) async throws {
        let ground = try JoinGround()
        var world = RandomJoin(seed: seed)
        try await ground.archive(
            "msgbatch_01",
            world.resultLines,
            blockSize: Int.random(in: 50...3_000, using: &world.random)
        )
        let source = try ground.put(world.sourceText, as: "requests.jsonl")
        for kind in JoinKind.allCases {
            let expected = world.expected(kind)
            var digests: Set<String> = []
            for memory in [1, 2_000, 300_000_000] {
                let report = try await ground.join(ground.settings([source], kind: kind, memory: memory))
                #expect(try ground.lines(.joined, of: "msgbatch_01") == expected.rows, "\(kind), \(memory)")
                #expect(try ground.lines(.unmatched, of: "msgbatch_01") == expected.unmatched, "\(kind), \(memory)")
                #expect(report.figures("request") == expected.figures)
                // A few keys may fit 2,000 bytes.
                if memory != 2_000 { #expect(report.sources.map(\.isOnDisk) == [memory == 1 && !world.rows.isEmpty]) }
                let manifest = try #require(try await ground.manifests().first)
                digests.insert(manifest.files[.joined]?.sha256 ?? "")
            }
            #expect(digests.count == 1, "the file does not depend on the memory allowed")
        }
    }
}

/// Results and requests with ids of every nasty kind, and the join of both by a dictionary.
private struct RandomJoin {
    var random: SeededGenerator
    /// The id as text and as it is spelled in JSON.
    var results: [(id: String, spelled: String)] = []
    var rows: [(id: String, text: String, spelled: String)] = []
    /// Whether the source has no line ends.
    private let isConcatenated: Bool

    private static let ids =
        [
            "a", "ab", "A", "007", "7", "é", "e\u{301}", "🙂", "x\"y", "back\\slash", "tab\tin", "line\nin", "\u{2028}",
            "ß", "ss", " a",
        ]
        + (0..<60).map { "request-\($0)" }

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        isConcatenated = seed % 3 == 0
        let count = Int.random(in: 0...Self.ids.count, using: &random)
        for id in Self.ids.shuffled(using: &random).prefix(count) { results.append((id, spelled(id))) }
        for number in 0..<Int.random(in: 0...120, using: &random) {
            guard let id = Self.ids.randomElement(using: &random) else { continue }
            let spelled = spelled(id)
            rows.append((id, requestRow(spelled, "row \(number)"), spelled))
        }
    }

    /// JSON has many spellings of one text.
    private mutating func spelled(_ text: String) -> String {
        var output = ""
        for scalar in text.unicodeScalars {
            let mustEscape = scalar == "\"" || scalar == "\\" || scalar.value < 0x20
            if mustEscape || Int.random(in: 0..<4, using: &random) == 0 {
                for unit in String(scalar).utf16 { output += String(format: "\\u%04x", Int(unit)) }
            } else {
                output.unicodeScalars.append(scalar)
            }
        }
        return output
    }

    var resultLines: [String] {
        results.enumerated().map { resultLine($0.element.spelled, "\($0.offset)") }
    }

    var sourceText: String { rows.map { $0.text + (isConcatenated ? "" : "\n") }.joined() }

    /// What the join must give.
    func expected(_ kind: JoinKind) -> (rows: [String], unmatched: [String], figures: [Int]) {
        var first: [[UInt8]: String] = [:]
        var kept: [(id: String, text: String, spelled: String)] = []
        for row in rows where first[Array(row.id.utf8)] == nil {
            first[Array(row.id.utf8)] = row.text
            kept.append(row)
        }
        let found = Set(results.map { Array($0.id.utf8) })
        let rowsWithoutResult = kept.filter { !found.contains(Array($0.id.utf8)) }
        var lines: [String] = []
        var unmatched: [String] = []
        for (number, result) in results.enumerated() {
            let partner = first[Array(result.id.utf8)]
            if partner == nil { unmatched.append(unmatchedLine(result.spelled, "row")) }
            let isWanted = kind == .left || kind == .inner && partner != nil || kind == .anti && partner == nil
            guard isWanted else { continue }
            lines.append(joined(result.spelled, partner ?? "null", resultValue("\(number)")))
        }
        unmatched += rowsWithoutResult.map { unmatchedLine($0.spelled, "result") }
        if kind == .missing { lines = rowsWithoutResult.map { joined($0.spelled, $0.text, "null") } }
        let matched = results.count { first[Array($0.id.utf8)] != nil }
        return (lines, unmatched, [matched, results.count - matched, rowsWithoutResult.count, rows.count - kept.count])
    }

    private func joined(_ id: String, _ request: String, _ result: String) -> String {
        "{\"batch_id\":\"msgbatch_01\",\"custom_id\":\"\(id)\",\"request\":\(request),\"result\":\(result)}"
    }

    private func unmatchedLine(_ id: String, _ missing: String) -> String {
        "{\"batch_id\":\"msgbatch_01\",\"custom_id\":\"\(id)\",\"source\":\"request\",\"missing\":\"\(missing)\"}"
    }
}
