package import BatchArchive
import BatchPipeline
import MessageBatches

/// The groups by prefix of several batches, from which the automatic depth is chosen.
struct PrefixSurvey: Sendable {
    /// The largest number of groups that the automatic depth gives.
    private static let readable = 30
    /// The largest number of groups if a smaller depth would give a single one.
    private static let acceptable = 60
    /// A group with more than this fraction of all requests is divided further.
    private static let largeShare = 0.8

    private var all = PrefixSummary()
    /// The greatest depth whose groups all summaries know.
    private(set) var knownDepth = Int.max

    /// Whether the summaries know the groups of at least one depth.
    var isKnown: Bool { knownDepth >= 0 }

    mutating func add(_ batch: SummarizedBatch) {
        guard let summary = batch.summaries.summary(PrefixSummary.self),
            !batch.missing.contains(PrefixSummary.name)
        else {
            knownDepth = -1
            return
        }
        knownDepth = min(knownDepth, summary.hasGroups(atDepth: .max) ? Int.max : summary.depth)
        all.merge(summary)
    }

    mutating func merge(_ other: PrefixSurvey) {
        knownDepth = min(knownDepth, other.knownDepth)
        all.merge(other.all)
    }

    /// The depth that gives a readable number of groups.
    ///
    /// It starts at 1 and increases while there is a single group, or one with more than 80% of the requests, and while
    /// the next depth gives at most 30 groups, or 60 instead of a single one. It is 0 if depth 1 gives more than 30
    /// groups, unless depth 0 gives as many.
    var automaticDepth: Int {
        let levels = (0...max(0, all.depth)).map { all.groups(atDepth: $0) }
        guard levels.count > 1 else { return 0 }
        guard levels[1].rows.count <= Self.readable else {
            return levels[0].rows.count < levels[1].rows.count ? 0 : 1
        }
        var depth = 1
        for next in levels.indices.dropFirst(2) {
            let tallies = levels[next - 1].rows.map(\.value.requests)
            let total = tallies.reduce(0) { $0.addingClamped($1) }
            let isLarge = Double(tallies.max() ?? 0) > Self.largeShare * Double(total)
            let limit = tallies.count > 1 ? Self.readable : Self.acceptable
            guard tallies.count <= 1 || isLarge, levels[next].rows.count <= limit else { break }
            // Parts that all requests share in the same way give no other groups.
            if levels[next].rows.count > levels[depth].rows.count { depth = next }
        }
        return depth
    }
}

extension PrefixPattern {
    /// The expression that an archive records; nil if it records none.
    ///
    /// - Throws: ``ArchiveFailure`` if it cannot be read; ``PrefixPatternError`` if it is invalid.
    package init?(recordedIn folder: ArchiveFolder) throws {
        guard try folder.status(ArchivePaths.prefixPattern) != nil else { return nil }
        let text = String(decoding: try folder.read(ArchivePaths.prefixPattern), as: UTF8.self)
        try self.init(String(text.prefix { $0 != "\n" }))
    }

    /// The document that records the expression in an archive, by path.
    package var document: [String: [UInt8]] { [ArchivePaths.prefixPattern: Array("\(text)\n".utf8)] }
}

extension ArchiveStatistics {
    /// The expression that all archives record; nil if one of them records none or another one.
    ///
    /// - Throws: ``ArchiveFailure`` if one cannot be read; ``PrefixPatternError`` if one is invalid.
    package func recordedPrefixPattern() throws -> PrefixPattern? {
        let patterns = try archives.map { try PrefixPattern(recordedIn: $0.folder) }
        return Set(patterns).count == 1 ? patterns[0] : nil
    }

    /// A grouping with the rule for its prefixes, and whether the summaries know its groups.
    package struct PrefixGrouping: Sendable {
        package var grouping: Grouping
        package var summariesSuffice: Bool
    }

    /// Completes a grouping by prefix with the automatic depth, if `rule` is nil.
    ///
    /// Reads the summaries of the selected batches, and the result lines only if some summaries of earlier versions do
    /// not know the first parts of custom_ids and `readsResults` is true.
    package func prefixGrouping(
        _ grouping: Grouping,
        rule: PrefixRule? = nil,
        readsResults: Bool = true
    ) async throws -> PrefixGrouping {
        var grouping = grouping
        if let rule {
            grouping.prefixRule = rule
            // The results must be read in any case, so it does not matter what the summaries know.
            if grouping.needsScan { return PrefixGrouping(grouping: grouping, summariesSuffice: false) }
        }
        var source = self
        source.prices = nil
        let known = try await source.prefixSurvey()
        if rule == nil {
            var survey = known
            if !known.isKnown, readsResults {
                // Any prices: the depth depends on requests only.
                source.prices = currentPrices
                survey = try await source.prefixSurvey()
            }
            grouping.prefixRule = .depth(survey.automaticDepth)
        }
        var suffices = !grouping.needsScan
        if case .depth(let depth) = grouping.prefixRule { suffices = suffices && depth <= known.knownDepth }
        return PrefixGrouping(grouping: grouping, summariesSuffice: suffices)
    }

    private func prefixSurvey() async throws -> PrefixSurvey {
        try await fold([PrefixSummary.self], into: PrefixSurvey()) {
            $0.add($1)
        } merge: {
            $0.merge($1)
        }
        .result
    }
}
