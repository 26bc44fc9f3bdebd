import BatchSimulator
import SimulatorTestSupport
import Testing

struct GateTests {
    @Test func `a gate holds what comes until it opens`() async {
        let gate = Gate()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { await gate.pass() } }
            await gate.reached(3)
            gate.open()
        }
        await gate.pass()
        await gate.reached(4)
    }

    @Test func `a cancelled task is let go`() async {
        let gate = Gate()
        let held = Task { await gate.pass() }
        await gate.reached()
        held.cancel()
        await held.value
        let late = Task {
            while !Task.isCancelled { await Task.yield() }
            await gate.pass()
        }
        late.cancel()
        await late.value
    }
}
