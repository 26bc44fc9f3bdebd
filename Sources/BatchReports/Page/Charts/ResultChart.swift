import MessageBatches
import Tables

/// A chart of the requests by result: one bar whose parts add up to all requests.
enum ResultChart {
    private static let title = "Results"
    private static let top = 4.0
    private static let height = 34.0

    /// A part of the bar.
    private struct Part {
        var name: String
        var kind: String
        var requests: Int64
    }

    static func chart(_ byType: [String: Int64], usable: Int64) -> Chart {
        let parts = parts(byType, usable).filter { $0.requests > 0 }
        let total = parts.reduce(Int64(0)) { $0.addingClamped($1.requests) }
        guard total > 0 else { return .empty(title, "No results in this window.") }
        let shares = parts.map { "\($0.name) \(share($0.requests, total))" }.joined(separator: ", ")
        let summary = "Of \(NumberText.integer(total)) \(total == 1 ? "request" : "requests"): \(shares)."
        return Chart(
            title: title,
            summary: summary,
            picture: .picture(
                "strip",
                height: top + height + 40,
                label: "Stacked bar. \(summary)",
                nodes(parts, total)
            ),
            legend: parts.map {
                .init(
                    kind: $0.kind,
                    name: $0.name,
                    value: "\(NumberText.integer($0.requests)) · \(share($0.requests, total))"
                )
            }
        )
    }

    /// The known types in their usual order, succeeded requests divided by usability, then undocumented types.
    private static func parts(_ byType: [String: Int64], _ usable: Int64) -> [Part] {
        let known = Set(ResultType.known.map(\.name))
        let others = byType.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }
        let succeeded = byType[ResultType.succeeded.name] ?? 0
        func part(_ type: ResultType, _ kind: String) -> Part {
            Part(name: type.name, kind: kind, requests: byType[type.name] ?? 0)
        }
        return [
            Part(name: "succeeded, usable", kind: Palette.succeeded, requests: usable),
            Part(name: "succeeded, not usable", kind: Palette.succeededSecond, requests: succeeded - usable),
            part(.errored, Palette.failed), part(.expired, Palette.expired), part(.canceled, Palette.canceled),
        ] + others.map { Part(name: $0.key, kind: Palette.rest, requests: $0.value) }
    }

    private static func nodes(_ parts: [Part], _ total: Int64) -> [SVGNode] {
        var nodes: [SVGNode] = []
        var left = 0.0
        for part in parts {
            let width = Double(part.requests) / Double(total)
            nodes.append(
                .group(
                    tooltip: ["\(part.name): \(NumberText.integer(part.requests)), \(share(part.requests, total))"],
                    [.rectangle(part.kind, x: left, width: width, top: top, height: height)]
                )
            )
            left += width
        }
        let base = top + height
        return nodes
            + [0, 0.25, 0.5, 0.75, 1]
            .flatMap { place -> [SVGNode] in
                let anchor: SVGNode.Anchor = place == 0 ? .start : place == 1 ? .end : .middle
                return [
                    .line("axis", from: (.share(place), base + 3), to: (.share(place), base + 8)),
                    .label("\(Int(place * 100))%", x: .share(place), y: base + 22, anchor: anchor),
                ]
            } + [.label("share of requests", x: .share(1), y: base + 38, anchor: .end, kind: "unit")]
    }

    private static func share(_ count: Int64, _ total: Int64) -> String {
        NumberText.percent(Double(count) / Double(total))
    }
}
