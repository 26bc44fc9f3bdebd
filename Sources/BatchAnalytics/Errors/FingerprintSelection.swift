import BatchArchive
package import BatchPipeline
package import JSONLines
import MessageBatches

/// The errors that a command selects by their fingerprints.
package struct FingerprintSelection: Sendable, Hashable {
    /// The IDs in full; see ``ErrorFingerprint/id``.
    package let ids: Set<String>
    /// Whether one of them is the fingerprint of answers that are not JSON.
    private let hasAnswers: Bool

    init(ids: Set<String>) {
        self.ids = ids
        hasAnswers = JSONAnswer.allFingerprints.contains { ids.contains($0.id) }
    }

    /// Whether a batch with these counts per result type may have such an error.
    package func canOccur(in found: [String: Int]) -> Bool {
        found[ResultType.errored.name, default: 0] > 0 || hasAnswers && found[ResultType.succeeded.name, default: 0] > 0
    }

    func contains(_ fingerprint: ErrorFingerprint) -> Bool {
        ids.contains(fingerprint.id)
    }

    /// Returns a matcher for the records of one block.
    package func matcher() -> Matcher {
        Matcher(selection: self)
    }

    /// Finds the records with one of the errors.
    ///
    /// Every message is normalized once per block.
    package struct Matcher {
        fileprivate let selection: FingerprintSelection
        /// The result for an error, by the JSON text of its type and message.
        private var known: [[UInt8]: Bool] = [:]

        fileprivate init(selection: FingerprintSelection) {
            self.selection = selection
        }

        package mutating func matches(
            _ record: ResultRecord,
            of block: DecodedBlock,
            _ cursor: inout JSONCursor
        ) -> Bool {
            guard record.type == .errored else {
                guard selection.hasAnswers, let answer = JSONAnswer(of: record, &cursor) else { return false }
                return answer.fingerprint.map { selection.contains($0) } ?? false
            }
            let texts = [record.errorType, record.errorMessage].map { $0.map { block.block.bytes[$0.range] } ?? [] }
            // A quote inside of a JSON string has a backslash before it.
            let key = Array(texts[0] + [UInt8(ascii: "\""), UInt8(ascii: "\"")] + texts[1])
            if let isMatch = known[key] { return isMatch }
            let (type, message) = (block.text(record.errorType) ?? "", block.text(record.errorMessage) ?? "")
            let isMatch = selection.contains(ErrorFingerprint(type: type, message: message))
            known[key] = isMatch
            return isMatch
        }
    }
}

/// Why a text is not the fingerprint of an error of the selected batches.
package enum FingerprintFailure: Error, Sendable, Hashable {
    /// The text is not hexadecimal, or has not 4 to 12 digits.
    case invalid(String)
    /// No error has it. If `isComplete` is false, rare errors have only the fingerprint with all digits.
    case unknown(String, isComplete: Bool)
    /// Several errors have fingerprints that begin with the text.
    case ambiguous(String, [String])
}

extension ArchiveStatistics {
    /// Finds the errors of the selected batches whose fingerprints begin with the given texts.
    ///
    /// The answers that are not JSON count as errors. The fingerprints come from the manifests, which have the most
    /// frequent errors of each batch. All 12 digits of another one are accepted unchanged.
    ///
    /// - Throws: ``FingerprintFailure``. If no batch is selected, any valid text is accepted.
    package func fingerprints(_ texts: [String]) async throws -> FingerprintSelection {
        let prefixes = try texts.map { text throws(FingerprintFailure) in try Self.prefix(text) }
        let reading = try await withRecordedValues.fold([ErrorSummary.self], into: KnownFingerprints(prefixes)) {
            known,
            batch in
            let errors = batch.missing.isEmpty ? batch.summaries.summary(ErrorSummary.self) : nil
            known.isComplete = known.isComplete && errors?.fingerprints.other.count == 0
            for row in errors?.fingerprints.rows ?? [] { known.add(row.key) }
        } merge: {
            $0.merge($1)
        }
        var known = reading.result
        for fingerprint in JSONAnswer.allFingerprints { known.add(fingerprint) }
        let isComplete = known.isComplete && reading.notice.unreadable.isEmpty
        var ids: Set<String> = []
        for (text, prefix) in zip(texts, prefixes) {
            let matches = known.ids.filter { $0.hasPrefix(prefix) }.sorted()
            if matches.count > 1 { throw FingerprintFailure.ambiguous(text, matches) }
            if let match = matches.first {
                ids.insert(match)
            } else if reading.notice.batches == 0 || prefix.count == ErrorFingerprint.idLength && !isComplete {
                ids.insert(prefix)
            } else {
                throw FingerprintFailure.unknown(text, isComplete: isComplete)
            }
        }
        return FingerprintSelection(ids: ids)
    }

    private static func prefix(_ text: String) throws(FingerprintFailure) -> String {
        let isValid = (4...ErrorFingerprint.idLength).contains(text.utf8.count) && text.utf8.allSatisfy(\.isHexDigit)
        guard isValid else { throw .invalid(text) }
        return text.lowercased()
    }

    /// These statistics without anything that must be computed from the results.
    private var withRecordedValues: ArchiveStatistics {
        var statistics = self
        (statistics.prices, statistics.expectation) = (nil, nil)
        return statistics
    }
}

/// The fingerprints of a selection that begin with one of some texts.
private struct KnownFingerprints: Sendable {
    /// More than these are not needed to show that a text is ambiguous.
    private static let limit = 1_000

    private let prefixes: [String]
    private(set) var ids: Set<String> = []
    /// Whether the manifests have all fingerprints of their batches.
    var isComplete = true

    init(_ prefixes: [String]) {
        self.prefixes = prefixes
    }

    mutating func add(_ fingerprint: ErrorFingerprint) {
        let id = fingerprint.id
        if ids.count < Self.limit, prefixes.contains(where: { id.hasPrefix($0) }) { ids.insert(id) }
    }

    mutating func merge(_ other: KnownFingerprints) {
        ids.formUnion(other.ids)
        isComplete = isComplete && other.isComplete
    }
}
