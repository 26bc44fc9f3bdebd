import BatchSimulator

/// Counts requests and determines which faults affect each of them.
struct FaultSchedule: Sendable {
    private struct Target: Hashable {
        var endpoint: Endpoint
        var batchID: String?
    }

    private let faults: [Fault]
    private let seed: UInt64
    private var requests: [Target: Int] = [:]

    init(_ faults: [Fault], seed: UInt64) {
        self.faults = faults
        self.seed = seed
    }

    /// The faults that affect the next request to an endpoint, with their positions in the scenario.
    mutating func next(_ endpoint: Endpoint, batchID: String?) -> [(index: Int, fault: Fault)] {
        let target = Target(endpoint: endpoint, batchID: batchID)
        requests[target, default: 0] += 1
        let number = requests[target, default: 0]
        return faults.enumerated()
            .compactMap { index, fault in
                guard fault.covers(endpoint, of: batchID),
                    hits(fault.occurrence, fault: index, target: target, number: number)
                else { return nil }
                return (index, fault)
            }
    }

    private func hits(_ occurrence: Fault.Occurrence, fault: Int, target: Target, number: Int) -> Bool {
        switch occurrence {
        case .always: return true
        case .nth(let wanted): return number == wanted
        case .first(let count): return number <= count
        case .from(let first): return number >= first
        case .rate(let rate):
            // The random number depends only on the target and the count, because the order of concurrent requests
            // varies.
            let name = "\(target.endpoint.rawValue) \(target.batchID ?? "")"
            let key = name.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0100_0000_01B3 }
            var random = SeededRandom(seed: seed ^ key, fault, number)
            return random.fraction() < rate
        }
    }
}
