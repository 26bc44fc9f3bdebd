package import MessageBatches

/// What one read of a results body held.
package struct BodyTally: Sendable, Hashable {
    /// How many rejected lines are kept with their reason; all are counted.
    package static let keptRejections = 100

    /// Result lines per type name.
    package var found: [String: Int] = [:]
    package var emptyLines = 0
    package var rejectedLines = 0
    /// The first of the rejected lines.
    package var rejected: [RejectedLine] = []
    /// Lines whose custom id stands on an earlier line already.
    package var duplicateLines = 0
    /// Ids that had to occur by what somebody else says (``ExpectedIDs``), and did not.
    package var missingIDs = 0
    /// Physical lines, empty and rejected ones too.
    package var lines = 0
    /// Bytes as received.
    package var bytes = 0
    /// Whether the last line had no line end.
    package var endsUnterminated = false

    package init() {}

    /// Result lines of all types.
    package var results: Int { found.values.reduce(0, +) }

    /// Whether the only fault is a last line that breaks off: the mark of a stream cut in a line.
    var breaksOffInLastLine: Bool {
        endsUnterminated && rejectedLines == 1 && rejected.first?.lineNumber == lines
    }
}

/// One way in which a body does not prove what its batch promises.
package enum GateFault: Sendable, Hashable {
    /// The lines of a type are not as many as `request_counts` says.
    case count(type: String, expected: Int, found: Int)
    /// An ended batch still counts requests as processing.
    case stillProcessing(Int)
    case rejectedLines(Int, first: RejectedLine)
    case duplicateLines(Int)
    /// Ids that a join source names have no result.
    case missingIDs(Int)

    /// The fault as a sentence for people; no data of the lines.
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
        }
    }
}

/// Decides whether a body is all of a batch: nothing is published without passing here.
package enum CompletenessGate {
    /// What a read amounts to.
    package enum Verdict: Sendable, Hashable {
        /// Lines per type equal `request_counts`, every line is valid, no custom id occurs twice.
        case complete
        /// Nothing wrong but its end: the stream was probably cut.
        case cut([GateFault])
        /// The body contradicts the batch.
        case contradiction([GateFault])
    }

    /// Checks a tally against the counts of its batch.
    ///
    /// Types are the union of both sides; a missing one is 0.
    package static func verdict(on tally: BodyTally, of counts: RequestCounts) -> Verdict {
        var faults: [GateFault] = []
        var hasSurplus = false
        for type in Set(tally.found.keys).union(counts.byType.keys).sorted() {
            let (expected, found) = (counts.byType[type] ?? 0, tally.found[type] ?? 0)
            guard expected != found else { continue }
            faults.append(.count(type: type, expected: expected, found: found))
            hasSurplus = hasSurplus || found > expected
        }
        if counts.processing != 0 { faults.append(.stillProcessing(counts.processing)) }
        if let first = tally.rejected.first { faults.append(.rejectedLines(tally.rejectedLines, first: first)) }
        if tally.duplicateLines > 0 { faults.append(.duplicateLines(tally.duplicateLines)) }
        if tally.missingIDs > 0 { faults.append(.missingIDs(tally.missingIDs)) }
        guard !faults.isEmpty else { return .complete }
        let isClean = tally.rejectedLines == 0 || tally.breaksOffInLastLine
        let isShort = tally.results < counts.finished
        let isCut = !hasSurplus && isClean && isShort && tally.duplicateLines == 0 && counts.processing == 0
        return isCut ? .cut(faults) : .contradiction(faults)
    }
}
