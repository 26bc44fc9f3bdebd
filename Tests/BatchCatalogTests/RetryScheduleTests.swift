import BatchCatalog
import MessageBatches
import Testing

struct RetryScheduleTests {
    /// Hours until the next try.
    private func pause(_ attempts: Int, isQuarantined: Bool = false, daysLeft: Int64 = 25) -> Double {
        let next = RetrySchedule.nextTry(
            after: attempts,
            isQuarantined: isQuarantined,
            retentionEnds: Samples.now.adding(seconds: daysLeft * Samples.day),
            now: Samples.now
        )
        return next.seconds(since: Samples.now) / 3_600
    }

    @Test func `pauses grow and then stay`() {
        #expect((1...7).map { pause($0) } == [0, 12, 36, 84, 156, 156, 156])
        #expect((1...5).map { pause($0, isQuarantined: true) } == [12, 36, 84, 156, 156])
    }

    @Test func `in the last four days there are none, and before them they do not reach in`() {
        #expect(pause(5, daysLeft: 8) == 96)
        #expect(pause(5, daysLeft: 3) == 0)
        #expect(pause(5, daysLeft: 0) == 0)
    }

    @Test func `behind the end of retention they are back`() {
        #expect(pause(5, daysLeft: -1) == 156)
    }
}
