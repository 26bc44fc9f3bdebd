import BatchPipeline
import Testing

/// When the API is asked again whether a batch has ended.
struct PollScheduleTests {
    @Test func `the pauses grow from one minute to ten`() {
        var schedule = PollSchedule(limit: .seconds(86_400))
        let pauses = (0..<9).map { _ in schedule.pause(elapsed: .zero) }
        let seconds = [60, 90, 135, 202.5, 303.75, 455.625, 600, 600, 600]
        #expect(pauses == seconds.map { .seconds($0) })
    }

    @Test func `the last poll is at the end of the time`() {
        var schedule = PollSchedule(limit: .seconds(100))
        #expect(schedule.pause(elapsed: .zero) == .seconds(60))
        #expect(schedule.pause(elapsed: .seconds(60)) == .seconds(40))
        #expect(schedule.pause(elapsed: .seconds(100)) == nil)
        #expect(schedule.pause(elapsed: .seconds(5_000)) == nil)
    }

    @Test func `a longer pause that the server asks for counts`() {
        var schedule = PollSchedule(limit: .seconds(3_600))
        #expect(schedule.pause(elapsed: .zero, asked: .seconds(10)) == .seconds(60))
        #expect(schedule.pause(elapsed: .zero, asked: .seconds(1_200)) == .seconds(1_200))
    }

    @Test func `the server is not asked earlier than it wants, even at the end of the time`() {
        var schedule = PollSchedule(limit: .seconds(3_600))
        #expect(schedule.pause(elapsed: .seconds(3_000), asked: .seconds(601)) == nil)
        #expect(schedule.pause(elapsed: .seconds(3_000), asked: .seconds(600)) == .seconds(600))
    }
}
