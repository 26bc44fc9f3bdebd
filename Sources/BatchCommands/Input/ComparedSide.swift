import BatchAnalytics
import BatchArchive
import MessageBatches

/// One side of a comparison: a period, batch or model.
///
///     2026-11-01..2026-11-08   7d..   2026-11-21   yesterday   2026-W45   2026-10   msgbatch_…   claude-opus-4-8
///
/// ``TimeExpression`` defines the forms of periods.
struct ComparedSide: Sendable, Hashable {
    /// The text that the user typed, for headings.
    let name: String
    /// The batches of this side.
    ///
    /// For a model, these are the batches that the other options select.
    let selection: ArchiveSelection
    /// The model whose requests are compared, or nil for all requests.
    let model: String?

    /// Parses one side of a comparison.
    ///
    /// A model is searched only in the batches of `limits`. Relative times count from `now`, and days are those of the
    /// zone.
    init(
        _ text: String,
        within limits: ArchiveSelection,
        now: Timestamp,
        in zone: CalendarZone = .utc
    ) throws(StatisticsFailure) {
        name = text
        if let window = TimeExpression.window(text, now: now, in: zone) {
            selection = ArchiveSelection(window, ids: nil)
            model = nil
        } else if text.hasPrefix("msgbatch_") {
            selection = ArchiveSelection(ids: [text])
            model = nil
        } else {
            // A text that contains a range or does not start with a letter is an invalid period, not a model.
            guard text.first?.isLetter == true, !text.contains("..") else { throw .invalidSide(text) }
            selection = limits
            model = text
        }
    }
}

extension ComparedSide {
    /// Warns that no request belongs to this side, and says why.
    ///
    /// With `isComplete` false, some batches could not be read, and may be the reason.
    func explainEmpty(
        in archives: [ArchiveFolders.Entry],
        isComplete: Bool,
        _ context: CommandContext
    ) async throws {
        let reasons = try await EmptyResult(selection: selection, model: model).reasons(in: archives)
        guard isComplete || !reasons.isEmpty else { return }
        let what = model == nil ? "a window, a day or a batch" : "a model, a window or a batch"
        context.report(
            .warning,
            reasons.isEmpty
                ? "'\(name)' has no archived requests" : "'\(name)' is not \(what) with archived requests",
            details: reasons
        )
    }
}
