import BatchCommands
import Foundation
import Testing

/// The keys of all tables and documents: one word for one thing in every command.
struct OutputKeysTests {
    /// Tokens and other counts of `message.usage`.
    private static let usage: Set<String> = [
        "input_tokens", "cache_creation_5m_tokens", "cache_creation_1h_tokens", "cache_read_tokens", "output_tokens",
        "thinking_tokens", "web_search_requests", "web_fetch_requests",
    ]
    private static let money: Set<String> = [
        "cost_usd", "list_price_usd", "saved_by_batch_usd", "saved_by_cache_usd", "not_billed_list_price_usd",
        "cost_at_stake_usd",
    ]
    private static let counts: Set<String> = [
        "requests", "requests_before", "batches", "succeeded", "errored", "canceled", "expired", "other_results",
        "usable", "empty", "unpriced_requests", "assumed_price_requests", "not_billed_requests",
    ]
    private static let ratios: Set<String> = [
        "share", "usable_rate", "error_rate", "cache_hit_ratio", "queue_over_20h_share", "change",
    ]
    private static let percentiles = Set(
        ["input_tokens", "cache_read_tokens", "output_tokens", "text_bytes", "queue_seconds"]
            .flatMap { name in ["p50", "p90", "p95", "p99", "max"].map { "\(name)_\($0)" } }
    )
    /// What a row is about.
    private static let names: Set<String> = [
        "day", "week", "month", "hour", "workspace", "batch_id", "custom_id", "line_number", "model", "result_type",
        "stop_reason", "stop_category", "service_tier", "inference_geo", "prefix", "fingerprint", "message_id", "date",
        "error_type", "error_message", "error_class", "error_request_id", "sample_custom_id", "sample_request_id",
        "command", "metric", "a", "b", "difference", "price_note", "picodollars", "iterations", "content_blocks",
        "tool_uses", "text_bytes", "raw_bytes",
    ]
    private static let times: Set<String> = [
        "created_at", "ended_at", "batch_created_at", "batch_ended_at", "first_seen", "last_seen",
    ]
    /// The columns of a price file.
    private static let prices: Set<String> = [
        "model_id", "aliases", "prompt_min", "prompt_max", "valid_from", "valid_to", "input", "cache_write_5m",
        "cache_write_1h", "cache_read", "output", "geo_us_x", "confidence",
    ]
    /// The keys that tables of figures may have.
    private static let known = usage.union(money).union(counts).union(ratios).union(percentiles).union(names)
        .union(times)

    private static let groupings = [
        "", "day", "week", "month", "hour", "batch", "workspace", "model", "result", "stop-reason", "stop-category",
        "error", "prefix", "service-tier", "geo",
    ]
    private static let tables =
        groupings.map { ["summarize", "--by", $0] } + [
            ["summarize", "--by", "model,result", "--scan"], ["errors", "--since", "2026-01-01"],
            ["compare", "2026-08", "2026-10"], ["select", "--limit", "9"],
            ["select", "--by", "model,stop_reason", "--columns", "cost,output_tokens"],
            ["query", "SELECT * FROM results LIMIT 9"], ["query", "SELECT * FROM errors LIMIT 9"],
            ["query", "--named", "top-errors"], ["query", "--named", "cost-by-day"], ["query", "--named", "unusable"],
            ["query", "--named", "largest-answers"], ["query", "--named", "batches"],
        ]

    @Test func `every table uses the known keys, and money is a number`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            for command in Self.tables {
                let run = await InProcess.offline(command + ["--format", "json"], on: archive)
                #expect(run.status == .done && !run.rows.isEmpty, "\(command): \(run.notes)")
                for row in run.rows {
                    let unknown = Set(row.keys).subtracting(Self.known)
                    #expect(unknown.isEmpty, "\(command): \(unknown.sorted())")
                    for (key, value) in row where key.hasSuffix("_usd") {
                        #expect(value is NSNull || value as? Double != nil, "\(command): \(key) is \(value)")
                    }
                }
            }
            let prices = await InProcess.offline(["prices", "--format", "json"])
            #expect(prices.rows.allSatisfy { Set($0.keys) == Self.prices })
        }
    }

    @Test func `a comparison names its metrics like the columns of summarize`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let run = await InProcess.offline(["compare", "2026-08", "2026-10", "--format", "json"], on: archive)
            let metrics = run.rows.compactMap { $0["metric"] as? String }
            let unknown = Set(metrics).subtracting(Self.known)
            // The only figure that no row of a roll-up has.
            #expect(unknown == ["cost_per_request_usd"] && metrics.count == run.rows.count)
            let all = await InProcess.offline(["summarize", "--format", "json"], on: archive).row
            #expect(Set(all.keys).isSuperset(of: Set(metrics).subtracting(unknown)))
        }
    }

    @Test func `documents and metrics name usage and costs like the tables`() async throws {
        try await Scratch.use { scratch in
            try await InProcess.exportSamples(["--metrics-file", scratch.path("m.prom")]) { run, archive, _ in
                let usage = try #require(run.document["usage"] as? [String: Int])
                #expect(Set(usage.keys) == Self.usage)
                let other: Set<String> = ["price_table", "unpriced_by_model", "request_ids", "request_counts"]
                let status = await InProcess.offline(["status", "--format", "json"], on: archive)
                for key in Self.keys(run.document) + Self.keys(status.document) {
                    guard key.contains(/token|cost|price|usd|request|cache|input|output/) else { continue }
                    #expect(Self.known.union(other).contains(key), "\(key)")
                }
                for match in try scratch.text("m.prom").matches(of: /last_run_tokens\{kind="([a-z0-9_]+)"\}/) {
                    let kind = String(match.output.1)
                    #expect(Self.usage.contains(kind) || Self.usage.contains("\(kind)_tokens"), "\(kind)")
                }
            }
        }
    }

    /// The keys of a document and of the documents in it, without the names of models.
    private static func keys(_ value: Any) -> [String] {
        if let list = value as? [Any] { return list.flatMap(keys) }
        guard let object = value as? [String: Any] else { return [] }
        return object.keys.filter { !$0.hasPrefix("claude-") } + object.values.flatMap(keys)
    }

    @Test func `notes of a table go to standard error, and stay below it for people`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let notes = [
                "6 requests have no price: claude-orchid-preview (6).", "8 requests have an assumed price.",
                "Not billed: 3 refusals before any output", "Costs use the prices recorded in the archive.",
            ]
            for format in ["json", "ndjson", "csv", "tsv", "table", "markdown"] {
                let run = await InProcess.offline(["summarize", "--by", "day", "--format", format], on: archive)
                let isForPeople = format == "table" || format == "markdown"
                for note in notes {
                    #expect(run.notes.contains("note: \(note)") == !isForPeople, "\(format): \(run.notes)")
                    #expect(run.output.contains(note) == isForPeople, "\(format): \(run.output)")
                }
            }
        }
    }

    @Test(arguments: [["summarize", "--by", "model"], ["errors"], ["compare", "2026-08", "2026-10"], ["prices"]])
    func `rows go to a pipe as NDJSON`(command: [String]) async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let place = command == ["prices"] ? nil : archive
            let run = await InProcess.offline(command, on: place)
            let named = await InProcess.offline(command + ["--format", "ndjson"], on: place)
            #expect(run.status == .done && run.output == named.output, "\(run.notes)")
            #expect(run.lines.count > 1 && run.lines.allSatisfy { jsonObject($0[...]) != nil }, "\(run.output)")
        }
    }
}
