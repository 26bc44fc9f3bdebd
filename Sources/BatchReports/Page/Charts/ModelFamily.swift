import MessageBatches
import Prices
import Tables

/// The family of a model, such as `opus`, which determines its color in the charts.
enum ModelFamily {
    /// The first word of a name after `claude`: `opus` for `claude-opus-4-8` and `us.anthropic.claude-3-opus-20240229-v1:0`.
    ///
    /// A name without such a word is its own family.
    static func name(of model: String) -> String {
        let words = ModelName.normalized(model).split { !$0.isLetter && !$0.isNumber }
        return words.first { $0.first?.isLetter == true && $0 != "claude" }.map { $0.lowercased() } ?? model
    }
}

/// The series of the charts over time: families of models, each with the same color in every chart.
///
/// A chart shows the families that are largest by its own values. The most used models are often not the most
/// expensive ones.
struct FamilySeries: Sendable {
    /// The models of one family.
    private struct Family: Sendable {
        var models: Set<String> = []
        var sum = Timeline.Sum()
    }

    private let families: [String: Family]
    /// The names of the families by descending value, for each measure.
    private let ranked: [Timeline.Measure: [String]]
    private let colors: [String: String]
    private let hasFailures: Bool

    init(_ daily: [DailyUsage]) {
        var families: [String: Family] = [:]
        for usage in daily {
            guard let model = usage.model else { continue }
            let name = ModelFamily.name(of: model)
            families[name, default: Family()].models.insert(model)
            families[name, default: Family()].sum += Timeline.Sum(usage)
        }
        self.families = families
        hasFailures = daily.contains { $0.model == nil }
        var ranked: [Timeline.Measure: [String]] = [:]
        var colors: [String: String] = [:]
        for measure in Timeline.Measure.allCases {
            let names =
                families.sorted { left, right in
                    let values = (measure.value(left.value.sum), measure.value(right.value.sum))
                    return values.0 != values.1 ? values.0 > values.1 : left.key < right.key
                }
                .map(\.key)
            ranked[measure] = names
            let shown = Set(names.prefix(Palette.size))
            for name in shown.sorted() where colors[name] == nil {
                let used = Set(shown.compactMap { colors[$0] })
                let free = Palette.kinds.filter { !used.contains($0) }
                colors[name] = free.first { !colors.values.contains($0) } ?? free.first
            }
        }
        self.ranked = ranked
        self.colors = colors
    }

    /// The series of a chart, the largest first, and the index of the series of each model.
    ///
    /// Families without a color of their own are combined. Requests that did not succeed are last; they have no model.
    func series(for measure: Timeline.Measure) -> (all: [Timeline.Series], index: (String?) -> Int) {
        let names = ranked[measure] ?? []
        // One more family than there are colors is shown under its own name.
        let shown = names.count > Palette.size + 1 ? Array(names.prefix(Palette.size)) : names
        var all = shown.enumerated()
            .map { index, name in
                Timeline.Series(
                    name: title(name),
                    kind: index < Palette.size ? colors[name] ?? Palette.rest : Palette.rest
                )
            }
        if names.count > shown.count {
            let others = names.dropFirst(shown.count).reduce(0) { $0 + (families[$1]?.models.count ?? 0) }
            all.append(Timeline.Series(name: others.counted("other model", "other models"), kind: Palette.rest))
        }
        if hasFailures { all.append(Timeline.Series(name: "not succeeded", kind: Palette.failed)) }
        let places = Dictionary(uniqueKeysWithValues: shown.enumerated().map { ($1, $0) })
        let last = all.count - 1
        return (all, { model in model.map { places[ModelFamily.name(of: $0)] ?? shown.count } ?? last })
    }

    /// The name of the model if its family has no other.
    private func title(_ family: String) -> String {
        let models = families[family]?.models ?? []
        if models.count == 1, let only = models.first { return only }
        return "\(family), \(models.count.counted("model", "models"))"
    }
}
