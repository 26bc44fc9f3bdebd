import BatchCommands
import Testing

struct ExitStatusTests {
    @Test func `of several statuses the most severe wins`() {
        #expect(ExitStatus.combined([]) == .done)
        #expect(ExitStatus.combined([.partial, .integrity]) == .integrity)
        #expect(ExitStatus.combined([.lost, .partial]) == .lost)
        #expect(ExitStatus.combined([.integrity, .error]) == .error)
        #expect(ExitStatus.combined([.error, .keyRefused]) == .keyRefused)
        #expect(ExitStatus.combined([.done, .threshold]) == .threshold)
        #expect(ExitStatus.combined([.busy, .terminated]) == .terminated)
    }

    @Test func `every status has a place in the order`() {
        #expect(ExitStatus.sorted(Set(ExitStatus.allCases)).count == ExitStatus.allCases.count)
    }
}
