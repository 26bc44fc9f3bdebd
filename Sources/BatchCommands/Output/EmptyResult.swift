import BatchAnalytics
import BatchArchive
import MessageBatches
import Tables

/// Explains why a command found nothing: which requested value does not occur, and what the archive has instead.
///
/// The exit status does not change. The manifests are read once more, only for this.
struct EmptyResult {
    /// The batches that the options select.
    var selection: ArchiveSelection
    /// The requested result types.
    var types: Set<String> = []
    /// The requested model.
    var model: String?
    var conditions: [Condition] = []
    /// All filters of lines as the user wrote them, for the case that each of them alone has results.
    var filters: [String] = []

    /// Prints the reasons as warnings.
    ///
    /// With `isEmpty` false, the command found something, and only IDs and types that do not occur are reported.
    func explain(
        in archives: [ArchiveFolders.Entry],
        isEmpty: Bool = true,
        _ context: CommandContext
    ) async throws {
        for reason in try await reasons(in: archives, isEmpty: isEmpty) { context.report(.warning, reason) }
    }

    /// The reasons as sentences; empty if the options are not the reason.
    func reasons(in archives: [ArchiveFolders.Entry], isEmpty: Bool = true) async throws -> [String] {
        let contents = try await ArchiveContents(of: archives, selection: selection)
        // What cannot be read was reported, and may be what was searched.
        guard contents.all.batches > 0 || contents.unreadable == 0 else { return [] }
        return sentences(contents, isEmpty: isEmpty, areSeveral: archives.count > 1)
    }

    /// The reasons as sentences, the most general first.
    private func sentences(_ contents: ArchiveContents, isEmpty: Bool, areSeveral: Bool) -> [String] {
        let name = areSeveral ? "the archives" : "the archive"
        guard let created = contents.all.created else { return ["\(name) \(areSeveral ? "have" : "has") no batches"] }
        let count = contents.all.batches.counted("batch", "batches")
        let (first, last) = (created.lowerBound.day, created.upperBound.day)
        let extent = first == last ? "\(count) from \(first.text)" : "\(count) from \(first.text) to \(last.text)"
        let has = areSeveral ? "they have" : "it has"

        let unknown = (selection.ids ?? []).subtracting(contents.knownIDs).sorted()
        if !unknown.isEmpty {
            let names = unknown.map { "'\($0)'" }.listed()
            let full = unknown.compactMap { contents.fullIDs[$0] }.filter { $0.count == 1 }.flatMap(\.self)
            let sentence =
                "\(unknown.count == 1 ? "batch" : "batches") \(names) not found in \(name): \(has) \(extent)"
                + (full.isEmpty ? "" : "; the full \(full.count == 1 ? "ID is" : "IDs are") \(full.listed())")
            if contents.knownIDs.isEmpty || !isEmpty { return [sentence] }
        }
        if contents.selected.batches == 0 {
            let batch = selection.ids == nil ? "no batch of \(name)" : "none of the named batches"
            return ["\(batch) was \(selection.createdClause): \(has) \(extent)"]
        }
        return missing(contents, name: name, has: areSeveral ? "have" : "has")
            ?? (isEmpty ? [unmetTogether(contents.selected)].compactMap(\.self) : [])
    }

    /// The values that do not occur, each as a sentence; nil if all occur.
    private func missing(_ contents: ArchiveContents, name: String, has: String) -> [String]? {
        let parts = [(contents.all, "\(name) \(has)"), (contents.selected, "the selected batches have")]
        for (part, subject) in parts {
            var sentences: [String] = []
            func add(_ what: String, _ values: [String], _ kind: String) {
                let existing = values.isEmpty ? "no \(kind)" : values.listed()
                sentences.append("no result has \(what): \(subject) \(existing)")
            }
            for type in types.sorted() where !part.resultTypes.contains(type) {
                add("the type '\(type)'", part.resultTypes, "results")
            }
            if let model, !part.mayHave(model: model) { add("the model '\(model)'", part.modelNames, "models") }
            for condition in conditions {
                guard let values = part.valuesNotMeeting(condition) else { continue }
                add("'\(condition.text)'", values, condition.columnName)
            }
            if !sentences.isEmpty { return sentences }
        }
        return nil
    }

    /// The sentence if every value occurs, but not together; nil without filters of lines.
    private func unmetTogether(_ part: ArchiveContents.Part) -> String? {
        let results = part.requests.counted("result of the selected batches", "results of the selected batches")
        let texts = filters.map { "'\($0)'" }.joined(separator: ", ")
        switch filters.count {
        case 0: return nil
        case 1: return "none of the \(results) matches \(texts)"
        default: return "none of the \(results) matches all of \(texts)"
        }
    }
}

extension ArchiveSelection {
    /// The window as a clause: `created on or after 2024-08-01 and before 2024-09-01`.
    var createdClause: String {
        let since = since.map { "on or after \($0.dayOrShortText)" }
        let until = until.map { "before \($0.dayOrShortText)" }
        return "created \([since, until].compactMap(\.self).joined(separator: " and "))"
    }
}

extension Timestamp {
    /// The day if this is its first moment, otherwise the time in RFC 3339.
    var dayOrShortText: String {
        self == day.start ? day.text : shortText
    }
}
