import BatchSimulator
import Foundation
import GRDB
import SimulatorTestSupport
import TestSupport
import Testing

@testable import BatchCommands

/// The page "Changes" matches the program: what it calls new exists, and what it calls former does not.
struct ChangesPageTests {
    private let page = ChangesPage()

    // MARK: Command line

    @Test func `every option in it exists, and the former ones do not`() async throws {
        let tree = try await CommandTree.ofProgram()
        let rows = page.rows(headed: ["command", "was", "is"], under: "Commands and options")
        #expect(rows.count > 20)
        for row in rows {
            let names = row[0].voices
            let commands = tree.commands.filter { names.isEmpty || names.contains($0.name) }
            #expect(names.isEmpty || commands.count == names.count, "\(row[0].text)")
            for option in row[2].options {
                let having = commands.filter { option.isAccepted(by: $0) }
                #expect(names.isEmpty ? !having.isEmpty : having.count == names.count, "\(row[0].text): \(option)")
            }
            guard !row[2].text.hasPrefix("also ") else { continue }
            for option in row[1].options where !row[2].options.contains(option) {
                #expect(!commands.contains { option.isAccepted(by: $0) }, "\(row[0].text): \(option)")
            }
        }
    }

    @Test func `every pipeline key in it exists, and the former ones do not`() {
        let keys = Set(PipelineKey.options.map(\.name))
        let rows = page.rows(headed: ["was", "is"], under: "Pipeline files")
        #expect(rows.count == 3)
        func names(_ cell: ChangesPage.Cell) -> [String] {
            cell.voices.filter { !$0.hasPrefix("-") }.map { String($0.prefix { $0 != ":" }) }
        }
        for row in rows {
            #expect(keys.isSuperset(of: names(row[1])), "\(row[1].text)")
            #expect(keys.isDisjoint(with: names(row[0])), "\(row[0].text)")
        }
    }

    @Test func `the metrics of compare are those of the program`() async {
        let run = await InProcess.run(["compare", "2026-10", "2026-11", "--fail-if", "x>1"], at: "http://127.0.0.1:9")
        let list = run.notes.split(separator: "must be one of ").last?.prefix { $0 != "\n" } ?? ""
        let metrics = Set(list.replacing(",", with: "").split(separator: " ").map(String.init))
        let rows = page.rows(headed: ["was", "is"], under: "Metrics of compare")
        #expect(rows.count == 9)
        for row in rows {
            #expect(metrics.isSuperset(of: row[1].voices) && metrics.isDisjoint(with: row[0].voices), "\(row[1].text)")
        }
    }

    // MARK: What commands write

    @Test func `documents, metrics and the catalog have the new names and none of the former`() async throws {
        try await Scratch.use { scratch in
            let options = ["--metrics-file", scratch.path("metrics")]
            try await InProcess.export(.generated(lines: 20, batches: 2), options) { run, archive, server in
                let command = archive.command(at: server)
                let documents = [
                    "`export`": run.document, "`status`": await command(["status", "--json"]).document,
                    "`verify`": await command(["verify", "--json"]).document,
                ]
                checkKeys(documents)
                checkMetrics(try scratch.text("metrics"))
                try await checkCatalog(at: archive.url.appending(path: "catalog.sqlite").path)
            }
        }
    }

    private func checkKeys(_ documents: [String: [String: Any]]) {
        let rows = page.rows(headed: ["document", "was", "is"], under: "Keys of JSON documents")
        let checked = rows.filter { documents[$0[0].text] != nil }
        #expect(checked.count > 20 && Set(checked.map(\.[0].text)).count == documents.count)
        for row in checked {
            let document = documents[row[0].text] ?? [:]
            for path in row[2].voices { #expect(Self.value(at: path, in: document) != nil, "\(row[0].text): \(path)") }
            for path in row[1].voices { #expect(Self.value(at: path, in: document) == nil, "\(row[0].text): \(path)") }
        }
    }

    private func checkMetrics(_ text: String) {
        let rows = page.rows(headed: ["kind", "was", "is"], under: "Metrics and logs")
        for row in rows where row[0].text == "`--metrics-file`" {
            for name in row[2].voices { #expect(text.contains("\n\(name) "), "\(name)") }
            for name in row[1].voices { #expect(!text.contains(name), "\(name)") }
        }
        let states = rows.filter { $0[0].voices.first == "batchkeep_last_run_batches" }
        #expect(states.count == 2)
        for row in states {
            for name in row[2].voices { #expect(text.contains("state=\"\(name)\""), "\(name)") }
            for name in row[1].voices { #expect(!text.contains("state=\"\(name)\""), "\(name)") }
        }
    }

    private func checkCatalog(at path: String) async throws {
        let names = try await DatabaseQueue(path: path)
            .read { database in
                try String.fetchSet(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
                    .union(
                        String.fetchSet(
                            database,
                            sql: """
                                SELECT printf('%s.%s', t.name, c.name)
                                FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table'
                                """
                        )
                    )
            }
        let rows = page.rows(headed: ["was", "is"], under: "Tables of catalog.sqlite")
            .filter { $0[0].voices.count == 1 }
        #expect(rows.count == 7)
        for row in rows {
            #expect(names.isSuperset(of: row[1].voices) && names.isDisjoint(with: row[0].voices), "\(row[1].text)")
        }
    }

    @Test func `the states of fetch are not the former ones`() {
        let states = Set(FetchReceipt.State.allCases.map(\.rawValue))
        let rows = page.rows(headed: ["document", "was", "is"], under: "Keys of JSON documents")
            .filter { $0[0].text == "lines of `fetch`" }
        #expect(rows.count == 2)
        for row in rows {
            #expect(states.isDisjoint(with: row[1].voices), "\(row[1].text)")
            #expect(states.isSuperset(of: row[2].voices.filter { $0 != "attempts" }), "\(row[2].text)")
        }
    }

    /// The value at a path such as `batches.pending`, or nil.
    private static func value(at path: String, in document: [String: Any]) -> Any? {
        path.split(separator: ".").reduce(document as Any?) { ($0 as? [String: Any])?[String($1)] }
    }
}

/// The tables of the page "Changes".
private struct ChangesPage {
    /// A cell of a table.
    struct Cell {
        let text: String

        /// The texts in backticks.
        var voices: [String] {
            text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        }

        /// The options among the texts in backticks.
        var options: [Option] {
            voices.filter { $0.hasPrefix("-") }
                .map { voice in
                    let words = voice.split(separator: " ").map(String.init)
                    return Option(name: words[0], value: words.count > 1 ? words[1] : nil)
                }
        }
    }

    /// An option, with a value or without.
    struct Option: Hashable {
        let name: String
        let value: String?

        func isAccepted(by command: CommandTree.Command) -> Bool {
            // The program reads `--color` before it looks for a command.
            if name == "--color" { return true }
            guard let option = command.options.first(where: { $0.spellings.contains(name) }) else { return false }
            guard let value, let values = option.allValues else { return true }
            return values.contains(value)
        }
    }

    private let lines =
        (try? String(
            contentsOf: Scratch.package.appending(path: "Sources/BatchPipeline/BatchPipeline.docc/Changes.md"),
            encoding: .utf8
        ))?
        .split(separator: "\n", omittingEmptySubsequences: false) ?? []

    /// The rows of the tables with these headings, between a heading of the page and the next one.
    func rows(headed names: [String], under heading: String) -> [[Cell]] {
        let section = lines.drop { $0.drop { $0 == "#" } != " \(heading)" }.dropFirst().prefix { !$0.hasPrefix("#") }
        let rows = section.filter { $0.hasPrefix("|") }
            .map { line in
                line.split(separator: "|").map { Cell(text: $0.trimmingCharacters(in: .whitespaces)) }
                    .filter { !$0.text.isEmpty }
            }
        guard rows.first?.map(\.text) == names else { return [] }
        return rows.dropFirst(2).filter { $0.count == names.count }
    }
}
