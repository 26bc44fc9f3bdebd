import Testing

@testable import BatchCommands

/// The arguments and limits that the system shows for a process.
struct ProcessChecksTests {
    private func checks(_ arguments: [[UInt8]] = [], openFiles: String = "1024", addressSpace: String = "unlimited")
        -> ProcessChecks
    {
        ProcessChecks(
            commandLine: ([Array("batchkeep".utf8)] + arguments).flatMap { $0 + [0] },
            limits: """
                Limit                     Soft Limit           Hard Limit           Units
                Max open files            \(openFiles)                1048576              files
                Max address space         \(addressSpace)            unlimited            bytes
                """,
            processors: 2
        )
    }

    @Test func `usual limits and arguments in any language pass`() throws {
        try checks([Array("--archive".utf8), Array("Übersicht 概要".utf8), []]).check()
        try checks(openFiles: "38", addressSpace: "\(512 << 20)").check()
        try ProcessChecks(commandLine: [], limits: "", processors: 2).check()
        try ProcessChecks.ofThisProcess.check()
    }

    @Test func `an argument with other bytes is named`() {
        #expect(throws: CommandFailure.notUnicode(argument: 2, text: "a\u{FFFD}b")) {
            try checks([Array("--archive".utf8), [0x61, 0xFF, 0x62]]).check()
        }
        // U+FFFD itself is a valid character.
        #expect(throws: Never.self) { try checks([Array("\u{FFFD}".utf8)]).check() }
    }

    @Test func `limits that end the program without a message are refused`() {
        #expect(throws: CommandFailure.tooFewOpenFiles(37, least: 38)) { try checks(openFiles: "37").check() }
        #expect(throws: CommandFailure.tooLittleMemory(204_800_000, least: 512 << 20)) {
            try checks(addressSpace: "204800000").check()
        }
    }
}
