import BatchPipeline
import JSONLines
import Testing

struct DownloadPolicyTests {
    private let short = [GateFault.count(type: "succeeded", expected: 2, found: 1)]
    private let doubled = [GateFault.duplicateLines(1)]
    private let a = LinesDigest(of: Array("a".utf8))
    private let b = LinesDigest(of: Array("b".utf8))
    private let c = LinesDigest(of: Array("c".utf8))

    @Test func `a complete download is published, whatever came before`() {
        var policy = DownloadPolicy(maxAttempts: 5)
        #expect(policy.evaluate(.cut(short), digest: a).kind == .retry)
        #expect(policy.evaluate(.contradiction(doubled), digest: b).kind == .retry)
        #expect(policy.evaluate(.cut).kind == .retry)
        #expect(policy.evaluate(.complete, digest: b).kind == .publish)
        #expect(policy.attempts == 4)
    }

    @Test func `a complete download is published at the last attempt too`() {
        var policy = DownloadPolicy(maxAttempts: 1)
        #expect(policy.evaluate(.complete, digest: a).kind == .publish)
    }

    @Test func `two cut bodies with the same lines end the retries`() {
        var policy = DownloadPolicy(maxAttempts: 5)
        #expect(policy.evaluate(.cut(short), digest: a).kind == .retry)
        #expect(policy.evaluate(.cut(short), digest: a).kind == .quarantine(short))
    }

    @Test func `cut bodies that differ are downloaded until the attempts are used up`() {
        var policy = DownloadPolicy(maxAttempts: 4)
        #expect(policy.evaluate(.cut(short), digest: a).kind == .retry)
        #expect(policy.evaluate(.cut(short), digest: b).kind == .retry)
        #expect(policy.evaluate(.cut(short), digest: a).kind == .retry)
        #expect(policy.evaluate(.cut(short), digest: c).kind == .quarantine(short))
    }

    @Test func `an interrupted download between two equal ones changes nothing`() {
        var policy = DownloadPolicy(maxAttempts: 5)
        #expect(policy.evaluate(.cut(short), digest: a).kind == .retry)
        #expect(policy.evaluate(.cut).kind == .retry)
        #expect(policy.evaluate(.cut(short), digest: a).kind == .quarantine(short))
    }

    @Test func `a contradicting body is downloaded again once, equal or not`() {
        for digest in [a, b] {
            var policy = DownloadPolicy(maxAttempts: 5)
            #expect(policy.evaluate(.contradiction(doubled), digest: a).kind == .retry)
            #expect(policy.evaluate(.contradiction(doubled), digest: digest).kind == .quarantine(doubled))
        }
    }

    @Test func `a second contradiction ends the retries, also with cuts between`() {
        var policy = DownloadPolicy(maxAttempts: 9)
        #expect(policy.evaluate(.contradiction(doubled), digest: a).kind == .retry)
        #expect(policy.evaluate(.cut(short), digest: b).kind == .retry)
        #expect(policy.evaluate(.contradiction(doubled), digest: c).kind == .quarantine(doubled))
    }

    @Test func `interrupted downloads use up the same attempts as complete ones`() {
        var policy = DownloadPolicy(maxAttempts: 3)
        #expect(policy.evaluate(.cut).kind == .retry)
        #expect(policy.evaluate(.cut).kind == .retry)
        #expect(policy.evaluate(.cut(short), digest: a).kind == .quarantine(short))
        policy = DownloadPolicy(maxAttempts: 3)
        #expect(policy.evaluate(.cut(short), digest: a).kind == .retry)
        #expect(policy.evaluate(.cut).kind == .retry)
        #expect(policy.evaluate(.cut).kind == .giveUp)
        #expect(policy.attempts == 3)
    }

    @Test func `a single attempt is never repeated`() {
        for verdict in [CompletenessGate.Verdict.cut(short), .contradiction(short)] {
            var policy = DownloadPolicy(maxAttempts: 1)
            #expect(policy.evaluate(verdict, digest: a).kind == .quarantine(short))
        }
        var policy = DownloadPolicy(maxAttempts: 1)
        #expect(policy.evaluate(.cut).kind == .giveUp)
    }
}

extension DownloadPolicy.Action {
    /// The next action, in a form that can be compared.
    fileprivate enum Kind: Equatable {
        case publish
        case retry
        case quarantine([GateFault])
        case giveUp
    }

    fileprivate var kind: Kind {
        switch self {
        case .publish: .publish
        case .retry: .retry
        case .quarantine(let faults): .quarantine(faults)
        case .giveUp: .giveUp
        }
    }
}
