import ArgumentParser
import BatchAnalytics
import BatchArchive

/// The options that name the groups of `--by prefix`.
struct PrefixOptions: ParsableArguments {
    /// The environment variable with the regular expression if no option sets one.
    static let variable = "BATCHKEEP_PREFIX_PATTERN"
    private static let automatic = "auto"

    @Option(
        help: ArgumentHelp(
            "Group --by prefix by the first group of this regular expression in the custom_id (default: \(variable), "
                + "otherwise the expression that export recorded).",
            valueName: "regex"
        )
    )
    var prefixPattern: String?

    @Option(
        help: ArgumentHelp(
            "Group --by prefix by up to this number of parts at - _ . / or : in the custom_id, without the last part; "
                + "auto chooses the number.",
            valueName: "n"
        )
    )
    var prefixDepth: String?

    /// What the options say about the groups.
    enum Choice: Sendable, Hashable {
        case automatic
        case rule(PrefixRule)
        /// No option or variable is set.
        case unset
    }

    /// The choice for a grouping; a grouping without prefixes accepts no option.
    func choice(for grouping: Grouping, _ context: CommandContext) throws(CommandFailure) -> Choice {
        guard grouping.requestKeys.contains(.prefix) else {
            guard prefixPattern == nil, prefixDepth == nil else {
                throw .conflict("--prefix-pattern, --prefix-depth: can only be used with --by prefix")
            }
            return .unset
        }
        switch (prefixPattern, prefixDepth) {
        case (_?, _?): throw .conflict("--prefix-pattern, --prefix-depth: cannot be used together")
        case (let pattern?, nil): return .rule(.pattern(try Self.pattern(pattern, from: "--prefix-pattern")))
        case (nil, Self.automatic?): return .automatic
        case (nil, let depth?):
            guard let depth = Int(depth), PrefixRule.depths.contains(depth) else {
                let (least, most) = (PrefixRule.depths.lowerBound, PrefixRule.depths.upperBound)
                throw .outOfRange(
                    option: "--prefix-depth",
                    value: depth,
                    allowed: "\(least) to \(most), or \(Self.automatic)"
                )
            }
            return .rule(.depth(depth))
        case (nil, nil):
            guard let pattern = context.variable(Self.variable) else { return .unset }
            return .rule(.pattern(try Self.pattern(pattern, from: Self.variable)))
        }
    }

    /// Checks a regular expression; `origin` is the name of its option or variable.
    static func pattern(_ text: String, from origin: String) throws(CommandFailure) -> PrefixPattern {
        do throws(PrefixPatternError) {
            return try PrefixPattern(text)
        } catch {
            throw .badPattern(origin: origin, error)
        }
    }
}

extension PrefixOptions.Choice {
    /// The rule for some archives, or nil for the automatic depth.
    ///
    /// - Throws: ``CommandFailure`` if an archive records an invalid expression; ``ArchiveFailure`` if it cannot be read.
    func rule(in source: ArchiveStatistics) throws -> PrefixRule? {
        switch self {
        case .automatic: return nil
        case .rule(let rule): return rule
        case .unset:
            do {
                return try source.recordedPrefixPattern().map { .pattern($0) }
            } catch let error as PrefixPatternError {
                throw CommandFailure.badPattern(origin: ArchivePaths.prefixPattern, error)
            }
        }
    }
}
