import Foundation
import JSONLines
import MessageBatches
import Testing

@testable import BatchArchive
@testable import BatchJoin

/// Runs over several batches: whose rows are whose, and what is published.
struct JoinRunTests {
    @Test func `a path with the batch's id is one source for each batch`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a"), resultLine("b")])
        try await ground.archive("msgbatch_02", [resultLine("a")], day: "2024-08-21")
        try await ground.archive("msgbatch_03", [resultLine("a")], day: "2024-08-22")
        try ground.put(requestRow("a", "one") + requestRow("z"), as: "r-msgbatch_01.jsonl")
        try ground.put(requestRow("a", "two"), as: "r-msgbatch_02.jsonl")
        let report = try await ground.join(ground.settings([ground.sources.path + "/r-{batch_id}.jsonl"]))
        #expect(report.batches == 2 && report.withoutSource == ["msgbatch_03"])
        #expect(report.figures("request") == [2, 1, 1, 0] && report.sharedKeys == 0)
        #expect(try ground.lines(.joined, of: "msgbatch_02", day: "2024-08-21")[0].contains("two"))
        #expect(try ground.lines(.unmatched, of: "msgbatch_01").count == 2)
        #expect(try ground.lines(.unmatched, of: "msgbatch_02", day: "2024-08-21").isEmpty)
        #expect(try await ground.manifests().map(\.revision) == [2, 2, 1])
    }

    @Test func `a batch column makes ids belong to their batch`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a"), resultLine("b")])
        try await ground.archive("msgbatch_02", [resultLine("a")], day: "2024-08-21")
        let text = "batch_id,custom_id,label\nmsgbatch_02,a,two\nmsgbatch_01,a,one\nmsgbatch_02,x,-\nmsgbatch_99,a,-\n"
        let report = try await ground.join(ground.settings([try ground.put(text, as: "labels.csv")]))
        #expect(report.figures("labels") == [2, 1, 1, 0] && report.sharedKeys == 0)
        #expect(try ground.lines(.joined, of: "msgbatch_01")[0].contains(#""labels":{"label":"one"}"#))
        #expect(try ground.lines(.unmatched, of: "msgbatch_01") == [unmatchedLine("msgbatch_01", "b", "labels", "row")])
        let second = try ground.lines(.unmatched, of: "msgbatch_02", day: "2024-08-21")
        #expect(second == [unmatchedLine("msgbatch_02", "x", "labels", "result")])
    }

    @Test func `rows nobody has a result for are told where most of their source belongs`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a")])
        try await ground.archive("msgbatch_02", [resultLine("a"), resultLine("b")], day: "2024-08-21")
        let source = try ground.put([requestRow("a"), requestRow("z"), requestRow("b")].joined(), as: "r.jsonl")
        let report = try await ground.join(ground.settings([source], kind: .missing))
        #expect(report.figures("request") == [3, 0, 1, 0])
        #expect(report.sharedKeys == 1, "a has results in both")
        #expect(try ground.lines(.joined, of: "msgbatch_01").isEmpty)
        let missing = try ground.lines(.joined, of: "msgbatch_02", day: "2024-08-21")
        #expect(missing.count == 1 && missing[0].hasSuffix(#""request":\#(requestRow("z")),"result":null}"#))
    }

    @Test func `a missing request brings what other sources say of it, once`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a")])
        let requests = try ground.put(requestRow("a") + requestRow("z"), as: "r.jsonl")
        let labels = try ground.put("custom_id,label\nz,last\n", as: "labels.csv")
        let report = try await ground.join(ground.settings([requests, labels], kind: .missing))
        #expect(report.figures("request") == [1, 0, 1, 0] && report.figures("labels") == [0, 1, 1, 0])
        let lines = try ground.lines(.joined, of: "msgbatch_01")
        #expect(lines.count == 1 && lines[0].contains(#""labels":{"label":"last"},"result":null"#))
    }

    @Test func `several request files are one, and the first has the say`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a"), resultLine("b"), resultLine("c")])
        let first = try ground.put(requestRow("a", "one"), as: "1.jsonl")
        let second = try ground.put(requestRow("a", "two") + requestRow("b", "two"), as: "2.jsonl")
        let report = try await ground.join(ground.settings([first, second]))
        #expect(report.figures("request") == [2, 1, 0, 0])
        let lines = try ground.lines(.joined, of: "msgbatch_01")
        #expect(lines[0].contains("one") && lines[1].contains("two") && lines[2].contains("\"request\":null"))
    }

    @Test func `joining again changes nothing, or replaces what was`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a"), resultLine("b")])
        let source = try ground.put(requestRow("a"), as: "r.jsonl")
        try await ground.join(ground.settings([source]))
        let before = try ground.files()
        let again = try await ground.join(ground.settings([source]))
        #expect(again.unchanged == 1)
        #expect(try ground.files() == before)
        let whole = try ground.put(requestRow("a") + requestRow("b"), as: "all.jsonl")
        try await ground.join(ground.settings([whole], kind: .inner))
        let manifest = try #require(try await ground.manifests().first)
        #expect(manifest.revision == 3 && manifest.files[.unmatched] == nil)
        #expect(try ground.lines(.joined, of: "msgbatch_01").count == 2)
        #expect(try ground.paths().filter { $0.hasPrefix("unmatched/") }.isEmpty)
    }

    @Test func `the manifest describes the joined files and the figures`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a"), resultLine("b")])
        try await ground.join(ground.settings([try ground.put(requestRow("a") + requestRow("z"), as: "r.jsonl")]))
        let manifest = try #require(try await ground.manifests().first)
        let side =
            #"{"name":"request","matched":1,"results_without_request":1,"requests_without_result":1,"duplicate_keys":0,"skipped_rows":0}"#
        let record = String(decoding: manifest.join ?? [], as: UTF8.self)
        #expect(record == #"{"type":"left","output":"ndjson","sources":[\#(side)]}"#)
        for kind in [DataKind.joined, .unmatched] {
            let file = try #require(manifest.files[kind])
            let stored = try ground.folder.read(file.path)
            #expect(file.bytes == stored.count && file.sha256 == ContentDigest.hex(stored) && file.lines == 2)
        }
        #expect(try Manifest(json: manifest.json, path: "") == manifest)
    }

    @Test func `a damaged raw file does not stop the joins of other batches`() async throws {
        let ground = try JoinGround()
        for (number, day) in ["2024-08-20", "2024-08-21", "2024-08-22"].enumerated() {
            try await ground.archive("msgbatch_0\(number)", [resultLine("a")], day: day)
        }
        let damaged = try #require(try await ground.manifests()[1].files[.raw]?.path)
        try ground.folder.write([0x1F, 0x8B, 8, 0].span, to: damaged)
        let source = try ground.put(requestRow("a"), as: "r.jsonl")
        let report = try await ground.join(ground.settings([source]))
        #expect(report.batches == 2 && report.failures.map(\.batchID) == ["msgbatch_01"])
        #expect(try await ground.manifests().map { $0.join == nil } == [false, true, false])
        #expect(try ground.paths().filter { $0.hasPrefix("_partial/") }.isEmpty)
    }

    @Test func `requests of a batch with a damaged raw file have results, and other rows go to a joined batch`()
        async throws
    {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a"), resultLine("b")])
        try await ground.archive("msgbatch_02", [resultLine("c")], day: "2024-08-21")
        let damaged = try #require(try await ground.manifests()[0].files[.raw]?.path)
        try ground.folder.write([0x1F, 0x8B, 8, 0].span, to: damaged)
        let rows = ["a", "b", "c", "z"].map { requestRow($0) }.joined()
        let report = try await ground.join(ground.settings([try ground.put(rows, as: "r.jsonl")]))
        #expect(report.failures.map(\.batchID) == ["msgbatch_01"] && report.figures("request") == [1, 0, 1, 0])
        let unmatched = try ground.lines(.unmatched, of: "msgbatch_02", day: "2024-08-21")
        #expect(unmatched == [unmatchedLine("msgbatch_02", "z", "request", "result")])
    }

    @Test(arguments: [JoinKind.left, .missing])
    func `a batch without a raw file keeps its joined files, and its requests have results`(kind: JoinKind)
        async throws
    {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a"), resultLine("b")])
        try await ground.archive("msgbatch_02", [resultLine("c")], day: "2024-08-21")
        try await ground.archive("msgbatch_03", [])
        let rows = ["a", "b", "c", "z"].map { requestRow($0) }.joined()
        let source = try ground.put(rows, as: "r.jsonl")
        #expect(try await ground.join(ground.settings([source])).figures("request") == [3, 0, 1, 0])
        let before = try ground.lines(.joined, of: "msgbatch_01") + ground.lines(.unmatched, of: "msgbatch_01")
        #expect(before.count == 3)

        let limit = try #require(CalendarDay("2024-08-21")).start
        try await ground.sink().prune(PrunePlan(before: [.raw: limit], removesLastCopies: true, now: limit)) { _ in }
        let report = try await ground.join(ground.settings([source], kind: kind))
        #expect(report.withoutRaw == ["msgbatch_01"] && report.batches == 2 && report.failures.isEmpty)
        #expect(report.figures("request") == [1, 0, 1, 0])
        let after = try ground.lines(.joined, of: "msgbatch_01") + ground.lines(.unmatched, of: "msgbatch_01")
        #expect(after == before)
        let unmatched = try ground.lines(.unmatched, of: "msgbatch_02", day: "2024-08-21")
        #expect(unmatched == [unmatchedLine("msgbatch_02", "z", "request", "result")])
        #expect(try ground.lines(.joined, of: "msgbatch_02", day: "2024-08-21").count == 1)
    }

    @Test func `a batch without a raw file and without a source of its own is reported as the latter`() async throws {
        let ground = try JoinGround()
        for id in ["msgbatch_01", "msgbatch_02"] { try await ground.archive(id, [resultLine("a")]) }
        let limit = try #require(CalendarDay("2024-08-21")).start
        try await ground.sink().prune(PrunePlan(before: [.raw: limit], removesLastCopies: true, now: limit)) { _ in }
        try ground.put(requestRow("a"), as: "r-msgbatch_01.jsonl")
        let report = try await ground.join(ground.settings([ground.sources.path + "/r-{batch_id}.jsonl"]))
        #expect(report.withoutRaw == ["msgbatch_01"] && report.withoutSource == ["msgbatch_02"])
    }

    @Test(arguments: [JoinForm.ndjson, .flat])
    func `rows that are too large for one block continue in the next`(form: JoinForm) async throws {
        let ground = try JoinGround()
        let lines = (0..<20).map { resultLine("id-\($0)") }
        try await ground.archive("msgbatch_01", lines)
        let source = try ground.put((0..<20).map { requestRow("id-\($0)") }.joined(), as: "r.jsonl")
        let relations = try PreparedJoin(ground.settings([source], form: form)).relations(ofBatch: "msgbatch_01")
        let manifest = try #require(try await ground.manifests().first)
        let joiner = Joiner(kind: .left, form: form, relations: relations, manifest: manifest)
        var splitter = LineSplitter(blockSize: 1_000_000)
        _ = try splitter.append(lines.flatMap { Array($0.utf8) + [0x0A] })
        let last = splitter.finish()
        let block = try #require(last)
        let whole = try joiner.join(block)
        #expect(whole.rowCount == 20 && whole.rest == nil)
        var parts = [try joiner.join(block, blockSize: 1_000)]
        while let rest = parts.last?.rest { parts.append(try joiner.join(block, from: rest, blockSize: 1_000)) }
        #expect(parts.count > 2)
        #expect(parts.flatMap(\.rows) == whole.rows)
        #expect(parts.flatMap { $0.matches[0][0] } == whole.matches[0][0])
        #expect(parts.reduce(0) { $0 + $1.tallies[0].matched } == 20)
    }

    @Test func `a run that was killed before the manifest is finished by the next`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a")])
        let source = try ground.put(requestRow("a"), as: "r.jsonl")
        let prepared = try PreparedJoin(ground.settings([source]))
        let manifest = try #require(try await ground.manifests().first)
        let relations = try prepared.relations(ofBatch: "msgbatch_01")
        let draft = try JoinDraft(manifest, in: ground.folder, codec: prepared.settings.codec)
        draft.relations = relations.map { JoinReport.Relation(name: $0.name) }
        let joiner = Joiner(kind: .left, form: .ndjson, relations: relations, manifest: manifest)
        try await JoinRun(in: ground.folder).join(manifest, joiner, prepared.settings, into: draft)
        let publication = try #require(try draft.publication(prepared.settings))
        let steps = PublishPlan([publication]).steps.count
        _ = PublishPlan([publication]).run(in: ground.folder, limit: steps - 2)
        #expect(try await ground.manifests().map(\.revision) == [1])
        _ = try ground.sink().prepare()
        let finished = try #require(try await ground.manifests().first)
        #expect(finished.revision == 2 && finished.files[.raw] == manifest.files[.raw])
        #expect(try ground.lines(.joined, of: "msgbatch_01").count == 1)
    }

    @Test func `an outdated joined file that could not be removed is removed by the next run`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a")])
        let source = try ground.put(requestRow("a"), as: "r.jsonl")
        try await ground.join(ground.settings([source]))
        let path = "joined/date=2024-08-20/msgbatch_01.ndjson.gz"
        let url = URL(filePath: ground.folder.path(path))
        let rows = try Data(contentsOf: url)
        // A folder cannot be removed as a file.
        try FileManager.default.removeItem(at: url)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        let listing = try await ArchiveReader(ground.folder).manifests()
        let missing = try PreparedJoin(ground.settings([source], kind: .missing))
        await #expect(throws: ArchiveFailure.self) { try await JoinRun.run(listing, with: missing, in: ground.sink()) }
        try FileManager.default.removeItem(at: url)
        try rows.write(to: url)
        let current = try #require(try await ground.manifests().first)
        #expect(current.revision == 3 && current.files[.joined] == nil)
        _ = try ground.sink().prepare()
        #expect(try ground.folder.status(path) == nil)
        #expect(try ground.paths().filter { $0.hasPrefix("_partial/") }.isEmpty)
    }

    private func unmatchedLine(_ batch: String, _ id: String, _ source: String, _ missing: String) -> String {
        #"{"batch_id":"\#(batch)","custom_id":"\#(id)","source":"\#(source)","missing":"\#(missing)"}"#
    }
}
