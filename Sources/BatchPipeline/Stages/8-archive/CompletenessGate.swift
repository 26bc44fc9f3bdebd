package import JSONLines
package import MessageBatches

/// The counts of one download of a results body.
package struct BodyTally: Sendable, Hashable {
    /// The number of rejected lines that are kept with their reason; all are counted.
    package static let keptRejections = 100

    /// Result lines per type name.
    package var found: [String: Int] = [:]
    package var emptyLines = 0
    package var rejectedLines = 0
    /// The first rejected lines.
    package var rejected: [RejectedLine] = []
    /// Lines with a custom ID that also occurs on an earlier line.
    package var duplicateLines = 0
    /// IDs that ``ExpectedIDs`` requires and that did not occur.
    package var missingIDs = 0
    /// The digest of the lines, including rejected ones.
    package var digest = LinesDigest()
    /// Whether the lines differ from those that the archive has of this batch.
    package var differsFromArchive = false
    /// Physical lines, including empty and rejected ones.
    package var lines = 0
    /// The number of bytes as received.
    package var bytes = 0
    /// Whether the last line had no line end.
    package var endsUnterminated = false

    package init() {}

    /// Result lines of all types.
    package var results: Int { found.values.reduce(0, +) }

    /// Whether the only rejected line is an unterminated last line, which means that the stream was cut within a line.
    var breaksOffInLastLine: Bool {
        endsUnterminated && rejectedLines == 1 && rejected.first?.lineNumber == lines
    }
}

/// A difference between a body and its batch object.
package enum GateFault: Sendable, Hashable {
    /// The number of lines of a type differs from `request_counts`.
    case count(type: String, expected: Int, found: Int)
    /// An ended batch still counts requests as processing.
    case stillProcessing(Int)
    case rejectedLines(Int, first: RejectedLine)
    case duplicateLines(Int)
    /// IDs in a join source that have no result.
    case missingIDs(Int)
    /// The lines are not those that were archived before.
    case otherLines

    /// The fault as a clause for people, without data of the lines.
    package var sentence: String {
        switch self {
        case .count(let type, let expected, let found):
            "request_counts promises \(expected) \(type), the results hold \(found)"
        case .stillProcessing(let count):
            "the batch has ended but still counts \(count) requests as processing"
        case .rejectedLines(let count, let first):
            "\(count) invalid \(count == 1 ? "line" : "lines"), the first is line \(first.lineNumber) "
                + "at byte \(first.byteOffset): \(first.reason)"
        case .duplicateLines(let count):
            "\(count) \(count == 1 ? "line repeats" : "lines repeat") a custom_id"
        case .missingIDs(let count):
            "\(count) \(count == 1 ? "request" : "requests") of the join sources \(count == 1 ? "has" : "have") no result"
        case .otherLines: "the lines differ from those archived before"
        }
    }
}

/// Decides whether a body contains the complete batch.
///
/// Only bodies that pass this check are published.
package enum CompletenessGate {
    /// The result of a check.
    package enum Verdict: Sendable, Hashable {
        /// Lines per type equal the counts, every line is valid, and no custom ID occurs twice.
        case complete
        /// Only the end is missing; probably the stream was cut.
        case cut([GateFault])
        /// The body contradicts the batch object.
        case contradiction([GateFault])

        /// What is wrong; empty if nothing is.
        package var faults: [GateFault] {
            switch self {
            case .complete: []
            case .cut(let faults), .contradiction(let faults): faults
            }
        }
    }

    /// Checks a tally against the counts of its batch.
    ///
    /// Documented types and types of lines are compared, and a missing type counts as 0. Any other member of
    /// `request_counts` is not a count, even if its value is a number.
    package static func verdict(on tally: BodyTally, of counts: RequestCounts) -> Verdict {
        var faults: [GateFault] = []
        var hasSurplus = false
        var promised = 0
        for type in Set(tally.found.keys).union(ResultType.known.map(\.name)).sorted() {
            let (expected, found) = (counts.byType[type] ?? 0, tally.found[type] ?? 0)
            promised += expected
            guard expected != found else { continue }
            faults.append(.count(type: type, expected: expected, found: found))
            hasSurplus = hasSurplus || found > expected
        }
        if counts.processing != 0 { faults.append(.stillProcessing(counts.processing)) }
        if let first = tally.rejected.first { faults.append(.rejectedLines(tally.rejectedLines, first: first)) }
        if tally.duplicateLines > 0 { faults.append(.duplicateLines(tally.duplicateLines)) }
        if tally.missingIDs > 0 { faults.append(.missingIDs(tally.missingIDs)) }
        if tally.differsFromArchive { faults.append(.otherLines) }
        guard !faults.isEmpty else { return .complete }
        let isClean = tally.rejectedLines == 0 || tally.breaksOffInLastLine
        let isShort = tally.results < promised
        let isCut = !hasSurplus && isClean && isShort && tally.duplicateLines == 0 && counts.processing == 0
        return isCut ? .cut(faults) : .contradiction(faults)
    }
}
