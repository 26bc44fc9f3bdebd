import BatchCommands
import Foundation
import Testing

/// The table of the page about privacy names every part of an archive that has whole custom IDs.
struct PrivacyPageTests {
    /// The parts of an archive and what the table says about their IDs.
    private func rows() throws -> [String: String] {
        let path = "Sources/BatchPipeline/BatchPipeline.docc/Privacy.md"
        let page = try String(contentsOf: Scratch.package.appending(path: path), encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
        let said = Dictionary(rows.map { ($0[0].filter { $0 != "`" }, $0[2]) }) { first, _ in first }
        // Some rows refer to others: "as `results/`".
        return said.mapValues { said[$0.replacing("as `", with: "").filter { $0 != "`" }] ?? $0 }
    }

    /// The words of a part of the archive; nil if the archive does not have it.
    private func words(of part: String, in archive: Archive) throws -> Set<Data>? {
        let names = part.hasSuffix("/") ? archive.files(in: part).map { part + $0 } : [part]
        let files = names.filter { FileManager.default.fileExists(atPath: archive.url.appending(path: $0).path) }
        guard !files.isEmpty else { return nil }
        var words: Set<Data> = []
        for file in files {
            let bytes =
                file.hasSuffix(".gz")
                ? Data(try archive.content(of: file)) : try Data(contentsOf: archive.url.appending(path: file))
            let parts = bytes.split { byte in
                !(0x30...0x39).contains(byte) && !(0x41...0x5A).contains(byte) && !(0x61...0x7A).contains(byte)
                    && byte != 0x2D && byte != 0x5F
            }
            words.formUnion(parts.map { Data($0) })
        }
        return words
    }

    @Test func `the table names every part with whole custom IDs, and no other`() async throws {
        let rows = try rows()
        #expect(rows.count > 12)
        try await InProcess.withSamples { archive, run, _ in
            let joined = await run([
                "join", "--join", Samples.path("metadata/satire-labels.csv"), "--batch",
                try Samples.id(of: "2024-08-satire-headlines"), "--quiet",
            ])
            try #require(joined.status == .done, "\(joined.notes)")
            let page = await run(["report", "--html", archive.url.appending(path: "report.html").path])
            try #require(page.status == .done, "\(page.notes)")
            let query = await run(["query", "SELECT count(*) FROM results"])
            try #require(query.status == .done, "\(query.notes)")
            let lines = await run(["select", "--columns", "custom_id", "--format", "tsv"]).lines.dropFirst()
            // Short IDs occur by accident.
            let ids = Set(lines.filter { $0.utf8.count >= 10 }.map { Data($0.utf8) })
            try #require(ids.count > 500)
            var checked: Set<String> = []
            for (part, said) in rows {
                guard let words = try words(of: part, in: archive) else { continue }
                checked.insert(part)
                let whole = words.intersection(ids).map { String(decoding: $0, as: UTF8.self) }
                // Files of a join have IDs of its source too.
                if whole.isEmpty, ["joined/", "unmatched/"].contains(part) { continue }
                #expect(said.contains("`custom_id`") == !whole.isEmpty, "\(part): \(said): \(whole.sorted().prefix(3))")
            }
            #expect(checked.isSuperset(of: ["raw/", "results/", "manifests/", "summaries/", "report.html", "views/"]))
        }
    }

    @Test func `the page about what a report contains says so too`() throws {
        let path = "Sources/BatchPipeline/BatchPipeline.docc/Cookbook.md"
        let page = try String(contentsOf: Scratch.package.appending(path: path), encoding: .utf8)
        let parts = page.components(separatedBy: "on one page to send around?\n")
        try #require(parts.count == 2)
        #expect(parts[1].components(separatedBy: "```")[0].contains("whole custom IDs"))
    }
}
