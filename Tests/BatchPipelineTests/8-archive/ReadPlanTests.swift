import BatchPipeline
import Testing

struct ReadPlanTests {
    private let short = [GateFault.count(type: "succeeded", expected: 2, found: 1)]
    private let doubled = [GateFault.duplicateLines(1)]

    @Test func `a complete read is published, whatever came before`() {
        var plan = ReadPlan(maxAttempts: 5)
        #expect(plan.take(.cut(short), digest: "a") == .readAgain)
        #expect(plan.take(.contradiction(doubled), digest: "b") == .readAgain)
        #expect(plan.takeBroken() == true)
        #expect(plan.take(.complete, digest: "b") == .publish)
        #expect(plan.attempts == 4)
    }

    @Test func `a complete read is published at the last attempt too`() {
        var plan = ReadPlan(maxAttempts: 1)
        #expect(plan.take(.complete, digest: "a") == .publish)
    }

    @Test func `a cut body that comes twice alike is all there is`() {
        var plan = ReadPlan(maxAttempts: 5)
        #expect(plan.take(.cut(short), digest: "a") == .readAgain)
        #expect(plan.take(.cut(short), digest: "a") == .quarantine(short))
    }

    @Test func `cut bodies that differ are read again until the attempts are used up`() {
        var plan = ReadPlan(maxAttempts: 4)
        #expect(plan.take(.cut(short), digest: "a") == .readAgain)
        #expect(plan.take(.cut(short), digest: "b") == .readAgain)
        #expect(plan.take(.cut(short), digest: "a") == .readAgain)
        #expect(plan.take(.cut(short), digest: "c") == .quarantine(short))
    }

    @Test func `a broken read between two equal ones changes nothing`() {
        var plan = ReadPlan(maxAttempts: 5)
        #expect(plan.take(.cut(short), digest: "a") == .readAgain)
        #expect(plan.takeBroken() == true)
        #expect(plan.take(.cut(short), digest: "a") == .quarantine(short))
    }

    @Test func `a contradiction is read again once, alike or not`() {
        for digest in ["a", "b"] {
            var plan = ReadPlan(maxAttempts: 5)
            #expect(plan.take(.contradiction(doubled), digest: "a") == .readAgain)
            #expect(plan.take(.contradiction(doubled), digest: digest) == .quarantine(doubled))
        }
    }

    @Test func `a second contradiction is the last, with cuts between`() {
        var plan = ReadPlan(maxAttempts: 9)
        #expect(plan.take(.contradiction(doubled), digest: "a") == .readAgain)
        #expect(plan.take(.cut(short), digest: "b") == .readAgain)
        #expect(plan.take(.contradiction(doubled), digest: "c") == .quarantine(doubled))
    }

    @Test func `broken reads use up the same attempts as complete ones`() {
        var plan = ReadPlan(maxAttempts: 3)
        #expect(plan.takeBroken() == true)
        #expect(plan.takeBroken() == true)
        #expect(plan.take(.cut(short), digest: "a") == .quarantine(short))
        plan = ReadPlan(maxAttempts: 3)
        #expect(plan.take(.cut(short), digest: "a") == .readAgain)
        #expect(plan.takeBroken() == true)
        #expect(plan.takeBroken() == false)
        #expect(plan.attempts == 3)
    }

    @Test func `a single attempt is never repeated`() {
        for verdict in [CompletenessGate.Verdict.cut(short), .contradiction(short)] {
            var plan = ReadPlan(maxAttempts: 1)
            #expect(plan.take(verdict, digest: "a") == .quarantine(short))
        }
        var plan = ReadPlan(maxAttempts: 1)
        #expect(plan.takeBroken() == false)
    }
}
