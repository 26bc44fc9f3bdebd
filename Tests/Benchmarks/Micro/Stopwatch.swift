/// Runs work some times and prints how many bytes of lines went through it in a second, at best.
struct Stopwatch {
    static let rounds = 5

    /// The bytes of lines each round goes through.
    let bytes: Int

    /// `work` returns something that depends on all it did, so that none of it is left out.
    func measure(_ name: String, _ work: () throws -> Int) rethrows {
        var best = Duration.seconds(1_000_000)
        var seen = 0
        for _ in 1...Self.rounds {
            best = min(best, try ContinuousClock().measure { seen ^= try work() })
        }
        let megabytes = Double(bytes) / 1e6 / (best / .seconds(1))
        print("\(name): \(Int(megabytes.rounded())) MB/s (\(seen))")
    }
}
