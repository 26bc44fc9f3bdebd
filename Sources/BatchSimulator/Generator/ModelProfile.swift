/// A model as it shows in result lines, and how its lines look.
struct ModelProfile: Sendable {
    /// The keys a line carries besides those every line has; they grew over the years.
    enum Era: Sendable {
        /// Late 2025: `usage` with the split of cache writes, service tier and geo.
        case late2025
        /// Late 2026: `container`, `stop_details`, thinking tokens and diagnostics too.
        case late2026
    }

    var name: String
    var era: Era
    /// The `inference_geo` values it reports.
    var geos: [String]

    /// The models of generated batches; every name stands in the price table.
    static let all: [ModelProfile] = [
        ModelProfile(name: "claude-haiku-4-5-20251001", era: .late2025, geos: ["not_available"]),
        ModelProfile(name: "claude-sonnet-4-5-20250929", era: .late2025, geos: ["not_available"]),
        ModelProfile(name: "claude-sonnet-4-6", era: .late2026, geos: ["global", "us"]),
        ModelProfile(name: "claude-opus-4-8", era: .late2026, geos: ["global"]),
        ModelProfile(name: "claude-haiku-5-5", era: .late2026, geos: ["global", "global", "us"]),
        ModelProfile(name: "claude-sonnet-5-5", era: .late2026, geos: ["global", "us"]),
        ModelProfile(name: "claude-opus-5-5", era: .late2026, geos: ["global"]),
        ModelProfile(name: "claude-haiku-5-5", era: .late2026, geos: ["global"]),
    ]
}
