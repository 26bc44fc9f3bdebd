import BatchPipeline
import MessageBatches
import Synchronization

/// A ledger that says what it was told to and remembers what it was asked.
final class ScriptedLedger: BatchLedger {
    private let findings: SurveyFindings
    /// The batches whose results are lost if they turn out to be withdrawn.
    private let seenBefore: Set<String>
    private let surveysSeen = Mutex<[BatchSurvey]>([])
    private let settledBatches = Mutex<[String]>([])

    init(_ findings: SurveyFindings = SurveyFindings(), seenBefore: Set<String> = []) {
        self.findings = findings
        self.seenBefore = seenBefore
    }

    var surveys: [BatchSurvey] { surveysSeen.withLock { $0 } }
    /// The ids of settled batches, in the order in which they were.
    var settled: [String] { settledBatches.withLock { $0 } }

    func survey(_ survey: BatchSurvey) async -> SurveyFindings {
        surveysSeen.withLock { $0.append(survey) }
        return findings
    }

    func settle(_ batch: MessageBatch, _ outcome: BatchOutcome) async -> Bool {
        settledBatches.withLock { $0.append(batch.id) }
        if case .withdrawn = outcome { return seenBefore.contains(batch.id) }
        return false
    }
}
