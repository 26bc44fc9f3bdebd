/// The rules of the architecture as tables: the allowed imports, and every exception with its reason.
///
/// To change the architecture, change these tables, so that a reviewer sees it.
enum HouseRules {
    /// The level of a target and its allowed imports.
    struct Target {
        var name: String
        /// Must be higher than the levels of the targets it imports.
        var level: Int
        /// The system modules it may import in addition to the standard library.
        var platform: Set<String> = []
        /// The outside libraries it may import, by module.
        var libraries: Set<String> = []

        /// Whether the target uses no sockets, files, clocks, random numbers or environment.
        var isPure: Bool { level <= 2 || platform.isEmpty }
    }

    /// The names of the C library by platform.
    private static let system: Set<String> = ["Glibc", "Musl", "Darwin"]
    /// The interface of AsyncHTTPClient uses types of NIO, and the simulator is a server on NIO.
    private static let network: Set<String> = ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOSSL"]

    static let targets: [Target] = [
        Target(name: "CZlib", level: 0),
        Target(name: "JSONLines", level: 0, platform: system),
        Target(name: "MessageBatches", level: 0),
        Target(name: "BlockGzip", level: 1, platform: system.union(["Synchronization"])),
        Target(name: "Prices", level: 1),
        Target(name: "Tables", level: 1),
        Target(name: "BatchPipeline", level: 2),
        Target(
            name: "BatchService",
            level: 3,
            platform: system.union(["FoundationEssentials", "Synchronization"]),
            libraries: network.union(["AsyncHTTPClient"])
        ),
        Target(
            name: "BatchArchive",
            level: 3,
            platform: system.union(["FoundationEssentials", "Synchronization", "Dispatch"]),
            libraries: ["Crypto", "SystemPackage"]
        ),
        Target(name: "BatchAnalytics", level: 4, platform: ["FoundationEssentials"]),
        Target(
            name: "BatchCatalog",
            level: 5,
            platform: system.union(["FoundationEssentials", "Foundation", "Synchronization"]),
            libraries: ["GRDB", "GRDBSQLite"]
        ),
        Target(
            name: "BatchJoin",
            level: 6,
            platform: ["Synchronization"],
            // GRDB reads the database tables of a join, and SQLite limits the size of their rows.
            libraries: ["GRDB", "GRDBSQLite"]
        ),
        Target(name: "BatchReports", level: 6, platform: ["FoundationEssentials"], libraries: ["Mustache"]),
        Target(
            name: "BatchSimulator",
            level: 6,
            platform: system.union(["FoundationEssentials", "Synchronization"]),
            libraries: network
        ),
        Target(
            name: "BatchCommands",
            level: 7,
            platform: system.union(["FoundationEssentials", "Foundation", "Synchronization", "Dispatch"]),
            // SystemPackage only for the names of errors.
            libraries: ["ArgumentParser", "Logging", "SystemPackage", "Yams"]
        ),
        Target(name: "batchkeep", level: 8, platform: ["Foundation"]),
    ]

    /// A file or folder to which a rule does not apply, and why.
    struct Exception {
        var path: String
        var reason: String
    }

    /// The files that may use `unsafe`.
    static let unsafeCode: [Exception] = [
        Exception(path: "Sources/JSONLines/", reason: "the hot loop reads and skips bytes in place"),
        Exception(path: "Sources/BlockGzip/", reason: "zlib and libdeflate are C"),
        Exception(
            path: "Sources/BatchArchive/Files/SystemCall.swift",
            reason: "swift-system has no rename, fsync, flock and readdir"
        ),
        Exception(
            path: "Sources/BatchArchive/Files/OpenFile.swift",
            reason: "swift-system reads and writes raw buffers"
        ),
        Exception(
            path: "Sources/BatchCatalog/ResultIndex/IndexedRows.swift",
            reason: "SQLite is C; values bound one by one through GRDB take longer than the insertion itself"
        ),
        Exception(
            path: "Sources/BatchCatalog/ResultIndex/IndexSeal.swift",
            reason: "only SQLite's own descriptor can read the file without releasing its locks"
        ),
        Exception(
            path: "Sources/BatchCatalog/Database/StatementReading.swift",
            reason: "SQLite is C; GRDB ends a text at the first U+0000"
        ),
        Exception(
            path: "Sources/BatchJoin/Sources/JoinTable.swift",
            reason: "SQLite is C; GRDB has no limit on the size of a row"
        ),
        Exception(
            path: "Sources/BatchCommands/Output/Terminal.swift",
            reason:
                "ioctl asks a terminal for its width, poll whether a pipe has a reader, write reports how much was written"
        ),
    ]

    /// The files that may use the standard streams.
    ///
    /// All text of a command passes through the first one, which makes it visible.
    static let streams: [Exception] = [
        Exception(
            path: "Sources/BatchCommands/CommandContext.swift",
            reason: "the one place that writes to the standard streams"
        ),
        Exception(
            path: "Sources/BatchCommands/Output/Terminal.swift",
            reason: "asks the streams for the width of the terminal and whether they are closed"
        ),
        Exception(
            path: "Sources/BatchCommands/Input/ShellCommand.swift",
            reason: "connects the streams of a command of the user, never those of this process"
        ),
    ]

    /// The files that may contain control sequences for terminals.
    static let sequences: [Exception] = [
        Exception(
            path: "Sources/Tables/TerminalStyle.swift",
            reason: "the colors, and the only sequences that reach a terminal"
        )
    ]

    /// Files that may be longer than ``longestFile``.
    static let longFiles: [Exception] = []

    /// The largest number of lines of a file without a reason in ``longFiles``.
    static let longestFile = 300

    /// The allowed names in version control at the top level, in addition to dotfiles.
    static let topLevel: Set<String> = ["Package.swift", "Sources", "Tests", "pipelines", "samples", "README.md"]

    static func target(_ name: String) -> Target? {
        targets.first { $0.name == name }
    }

    /// Whether one of the exceptions is for this file.
    static func excuses(_ path: String, by exceptions: [Exception]) -> Bool {
        exceptions.contains { $0.path.hasSuffix("/") ? path.hasPrefix($0.path) : path == $0.path }
    }
}
