import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport

extension SimulatorClock {
    /// A clock at noon of the machine's day.
    ///
    /// Batches generated a few hours earlier were all created on one day, whatever the time of the test.
    static var noon: SimulatorClock {
        let now = Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9))
        return .manual(ManualClock(at: now.day.start.adding(seconds: 43_200)))
    }
}
