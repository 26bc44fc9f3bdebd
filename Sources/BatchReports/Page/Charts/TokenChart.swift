import MessageBatches
import Tables

/// A chart of tokens by price class: one bar per class, with its name and value above.
enum TokenChart {
    private static let title = "Tokens by class"
    private static let rowHeight = 38.0
    private static let barHeight = 10.0

    /// One bar.
    private struct Row {
        var name: String
        var kind: String
        var tokens: Int64
    }

    static func chart(_ usage: TokenUsage) -> Chart {
        let rows = rows(usage)
        let total = usage.prompt.addingClamped(usage.output)
        guard total > 0 else { return .empty(title, "No tokens in this window.") }
        let searches = usage.webSearches > 0 ? " \(NumberText.integer(usage.webSearches)) web searches." : ""
        let summary =
            "\(NumberText.integer(total)) tokens: \(NumberText.integer(usage.prompt)) of prompts, "
            + "\(NumberText.integer(usage.output)) of answers.\(searches)"
        let values = rows.map { "\($0.name) \(NumberText.integer($0.tokens))" }.joined(separator: ", ")
        return Chart(
            title: title,
            summary: summary,
            picture: .picture(
                "strip",
                height: Double(rows.count) * rowHeight,
                label: "Bar chart of tokens. \(values).",
                rows.enumerated().flatMap { nodes($1, at: Double($0) * rowHeight, total, longest: rows) }
            )
        )
    }

    private static func rows(_ usage: TokenUsage) -> [Row] {
        UsageField.allCases.filter(\.isTokens)
            .map { field in Row(name: name(of: field), kind: kind(of: field), tokens: usage[field]) }
    }

    private static func name(of field: UsageField) -> String {
        switch field {
        case .input: "Input, uncached"
        case .cacheCreation5m: "Cache writes, 5 minutes"
        case .cacheCreation1h: "Cache writes, 1 hour"
        case .cacheRead: "Cache reads"
        case .thinking: "Thinking, part of output"
        default: field.title
        }
    }

    /// The class of a bar, which has a color in the style sheet.
    private static func kind(of field: UsageField) -> String {
        switch field {
        case .input: "s0"
        case .cacheRead: "s2"
        default: field.isPrompt ? "s3" : "s1"
        }
    }

    private static func nodes(_ row: Row, at top: Double, _ total: Int64, longest rows: [Row]) -> [SVGNode] {
        let most = rows.map(\.tokens).max() ?? 1
        let width = Double(row.tokens) / Double(max(1, most))
        let share = NumberText.percent(Double(row.tokens) / Double(total))
        let value = "\(NumberText.integer(row.tokens)) · \(share)"
        return [
            .label(row.name, x: .share(0), y: top + 14, anchor: .start, kind: "name"),
            .label(value, x: .share(1), y: top + 14, anchor: .end, kind: "figure"),
            .group(
                tooltip: ["\(row.name): \(NumberText.integer(row.tokens)) tokens, \(share) of all"],
                [
                    .rectangle("track", x: 0, width: 1, top: top + 20, height: barHeight),
                    .rectangle(row.kind, x: 0, width: width, top: top + 20, height: barHeight),
                ]
            ),
        ]
    }
}
