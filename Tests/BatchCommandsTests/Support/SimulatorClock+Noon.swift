import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport

extension SimulatorClock {
    /// Stands at noon of the machine's day.
    ///
    /// Batches generated some hours before it were all created on one day, at whatever hour the tests run.
    static var noon: SimulatorClock {
        let now = Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9))
        return .manual(ManualClock(at: now.day.start.adding(seconds: 43_200)))
    }
}
