import BatchArchive
import Foundation

/// Checks the limits and the arguments of the process, before a command does something with them.
///
/// Only Linux shows them as files; other systems are not checked.
struct ProcessChecks {
    /// The arguments after the program's name, as bytes.
    let arguments: [ArraySlice<UInt8>]
    /// The largest number of open files; nil if it is unlimited.
    let openFiles: Int?
    /// The largest address space in bytes; nil if it is unlimited.
    let addressSpace: Int?
    private let processors: Int

    /// The number of open files that every command can expect.
    ///
    /// The network library has three for each processor, and cannot report that there are too few. The rest is for the
    /// archive, the catalog and a few connections.
    private var leastOpenFiles: Int { 32 + 3 * processors }
    /// With less, the libraries alone fill the address space, and Swift cannot report that memory ran out.
    private static let leastAddressSpace = 512 << 20

    /// Reads the state of this process.
    static var ofThisProcess: ProcessChecks {
        ProcessChecks(
            commandLine: (try? readInput(at: "/proc/self/cmdline", limit: 16 << 20)) ?? [],
            limits: String(decoding: (try? readInput(at: "/proc/self/limits", limit: 1 << 16)) ?? [], as: UTF8.self),
            processors: ProcessInfo.processInfo.activeProcessorCount
        )
    }

    /// Parses arguments that end with a zero byte each, and the table of limits that Linux shows.
    init(commandLine: [UInt8], limits: String, processors: Int) {
        arguments = Array(commandLine.split(separator: 0, omittingEmptySubsequences: false).dropFirst())
        openFiles = Self.limit("Max open files", in: limits)
        addressSpace = Self.limit("Max address space", in: limits)
        self.processors = processors
    }

    /// The soft limit with a name.
    private static func limit(_ name: String, in table: String) -> Int? {
        table.split(separator: "\n").first { $0.hasPrefix(name) }
            .flatMap { $0.dropFirst(name.count).split(separator: " ").first }
            .flatMap { Int($0) }
    }

    /// Checks that the arguments are text, and that there are enough open files and memory.
    ///
    /// Bytes that are not UTF-8 would name another file than the one that the user wants.
    func check() throws(CommandFailure) {
        for (index, argument) in arguments.enumerated() where String(validating: argument, as: UTF8.self) == nil {
            throw .notUnicode(argument: index + 1, text: String(decoding: argument, as: UTF8.self))
        }
        if let openFiles, openFiles < leastOpenFiles {
            throw .tooFewOpenFiles(openFiles, least: leastOpenFiles)
        }
        if let addressSpace, addressSpace < Self.leastAddressSpace {
            throw .tooLittleMemory(addressSpace, least: Self.leastAddressSpace)
        }
    }
}
