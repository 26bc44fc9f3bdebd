import BatchCommands
import Testing

struct ExitStatusTests {
    @Test func `of several statuses the gravest wins`() {
        #expect(ExitStatus.combined([]) == .done)
        #expect(ExitStatus.combined([.partial, .integrity]) == .integrity)
        #expect(ExitStatus.combined([.lost, .partial]) == .lost)
        #expect(ExitStatus.combined([.integrity, .error]) == .error)
        #expect(ExitStatus.combined([.error, .keyRefused]) == .keyRefused)
        #expect(ExitStatus.combined([.nothingNew, .threshold]) == .threshold)
        #expect(ExitStatus.combined([.busy, .terminated]) == .terminated)
    }

    @Test func `every status has its place in the order`() {
        #expect(ExitStatus.sorted(Set(ExitStatus.allCases)).count == ExitStatus.allCases.count)
    }
}
