import BatchPipeline
import Synchronization
import Testing

@Suite struct ConcurrentMapTests {
    private struct Failure: Error, Equatable {
        var number: Int
    }

    /// Counts how many items run at once.
    private final class Load: Sendable {
        private let state = Mutex((running: 0, peak: 0))
        var peak: Int { state.withLock { $0.peak } }

        func run<Output>(_ body: () async throws -> Output) async rethrows -> Output {
            state.withLock {
                $0.running += 1
                $0.peak = max($0.peak, $0.running)
            }
            defer { state.withLock { $0.running -= 1 } }
            return try await body()
        }
    }

    @Test(arguments: [1, 3, 64])
    func `results come in the order of the inputs and the limit is respected`(limit: Int) async {
        let load = Load()
        let squares = await mapConcurrently(0..<200, limit: limit) { number in
            await load.run {
                // Later items finish first.
                for _ in 0..<(200 - number) % 7 { await Task.yield() }
                return number * number
            }
        }
        #expect(squares == (0..<200).map { $0 * $0 })
        #expect(load.peak <= limit)
    }

    @Test func `results in completion order are consumed once each`() async {
        var rest = (0..<100)[...]
        var seen: [Int] = []
        await mapConcurrently(limit: 5, order: .completion) {
            rest.popFirst()
        } work: { number in
            for _ in 0..<number % 11 { await Task.yield() }
            return number
        } consume: { number in
            seen.append(number)
            return .proceed
        }
        #expect(seen.sorted() == Array(0..<100))
    }

    @Test func `a failing source is reported after the running items were consumed`() async {
        var given = 0
        var seen: [Int] = []
        await #expect(throws: Failure(number: 3)) {
            try await mapConcurrently(limit: 8) { () throws -> Int? in
                if given == 3 { throw Failure(number: 3) }
                given += 1
                return given
            } work: {
                $0
            } consume: { number in
                seen.append(number)
                return .proceed
            }
        }
        #expect(seen == [1, 2, 3])
    }

    @Test func `failing work ends everything at once`() async {
        await #expect(throws: Failure(number: 4)) {
            _ = try await mapConcurrently(0..<1000, limit: 2) { (number: Int) throws -> Int in
                if number == 4 { throw Failure(number: number) }
                return number
            }
        }
    }

    @Test func `after stop no result is consumed, after drain no item is started`() async {
        for flow in [ConcurrentFlow.stop, .drain] {
            var given = 0
            var seen: [Int] = []
            await mapConcurrently(limit: 4) {
                given += 1
                return given as Int?
            } work: {
                $0
            } consume: { number in
                seen.append(number)
                return number == 3 ? flow : .proceed
            }
            if flow == .stop { #expect(seen == [1, 2, 3]) }
            if flow == .drain { #expect(seen == Array(1...given)) }
            #expect(given <= 3 + 4)
        }
    }
}
