// swift-tools-version: 6.2

import PackageDescription

// Batchkeep, level by level. A target imports targets of lower levels only. Tests/ArchitectureTests holds the rule.

let package = Package(
    name: "batchkeep",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "batchkeep", targets: ["batchkeep"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
    ],
    targets: [
        // Level 0: bytes and nouns.

        // The zlib that every system has.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["libz-dev"]), .brew(["zlib"])]),

        // Bytes to whole lines to fields; knows no batches.
        .target(name: "JSONLines"),

        // The nouns: batch, counts, status, result type, instants.
        .target(name: "MessageBatches"),

        // Level 1: the format of a member, and the stages.

        // Gzip members of whole lines; a reader for any gzip.
        .target(name: "BlockGzip", dependencies: ["CZlib"]),

        // The price table and the one price rule; pure.
        .target(name: "Prices", dependencies: ["JSONLines", "MessageBatches"]),

        // One table model and its formats; pure.
        .target(name: "Tables", dependencies: ["JSONLines", "MessageBatches"]),

        // Level 2: the pipeline.

        // The stages, their ports and the runner. No sockets, files, clocks, environment.
        .target(name: "BatchPipeline", dependencies: ["JSONLines", "MessageBatches", "Prices"]),

        // Level 3: the edges to the service and to the files.

        // The HTTP edge: list, retrieve, results; key safety.
        .target(
            name: "BatchService",
            dependencies: [
                "BatchPipeline", "BlockGzip", "MessageBatches",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),

        // The file edge: layout, drafts, atomic publish, manifests, checksums.
        .target(
            name: "BatchArchive",
            dependencies: [
                "BatchPipeline", "BlockGzip", "JSONLines", "MessageBatches", "Prices",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),

        // Level 4: analysis.

        // Summaries, roll-ups, comparisons, errors, selections.
        .target(
            name: "BatchAnalytics",
            dependencies: [
                "BatchArchive", "BatchPipeline", "BlockGzip", "JSONLines", "MessageBatches", "Prices", "Tables",
            ]
        ),

        // Level 5: the index of what was seen.

        // SQLite: runs, attempts, which window is complete, when to retry, the result index; rebuildable.
        .target(
            name: "BatchCatalog",
            dependencies: [
                "BatchAnalytics", "BatchArchive", "BatchPipeline", "BlockGzip", "JSONLines", "MessageBatches",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),

        // Level 6: joins, the page and the simulator.

        // Joins of archived results with requests or metadata, and request files for what failed.
        .target(
            name: "BatchJoin",
            dependencies: [
                "BatchAnalytics", "BatchArchive", "BatchCatalog", "BatchPipeline", "BlockGzip", "JSONLines",
                "MessageBatches", "Prices", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),

        // The HTML page.
        .target(
            name: "BatchReports",
            dependencies: [
                "BatchAnalytics", "BatchArchive", "BatchCatalog", "BatchPipeline", "MessageBatches", "Prices", "Tables",
                .product(name: "Mustache", package: "swift-mustache"),
            ]
        ),

        // A Message Batches API in process or on a port.
        .target(
            name: "BatchSimulator",
            dependencies: [
                "BatchPipeline", "BlockGzip", "JSONLines", "MessageBatches", "Prices",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),

        // Level 7: one file per command.
        .target(
            name: "BatchCommands",
            dependencies: [
                "BatchAnalytics", "BatchArchive", "BatchCatalog", "BatchJoin", "BatchPipeline", "BatchReports",
                "BatchService", "BatchSimulator", "BlockGzip", "JSONLines", "MessageBatches", "Prices", "Tables",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),

        // Level 8: the program.
        .executableTarget(name: "batchkeep", dependencies: ["BatchCommands"]),

        // Tests: one target each, what they share, and two that look at the whole.

        .target(name: "TestSupport", dependencies: ["MessageBatches"], path: "Tests/TestSupport"),
        // Faults, recorded requests and a manual clock for the simulator.
        .target(
            name: "SimulatorTestSupport",
            dependencies: ["BatchSimulator", "MessageBatches"],
            path: "Tests/SimulatorTestSupport"
        ),
        .testTarget(name: "JSONLinesTests", dependencies: ["JSONLines"]),
        .testTarget(name: "MessageBatchesTests", dependencies: ["MessageBatches"]),
        .testTarget(name: "BlockGzipTests", dependencies: ["BlockGzip"]),
        .testTarget(
            name: "PricesTests",
            dependencies: ["MessageBatches", "Prices", "TestSupport"]
        ),
        .testTarget(name: "TablesTests", dependencies: ["JSONLines", "MessageBatches", "Tables"]),
        .testTarget(
            name: "BatchPipelineTests",
            dependencies: ["BatchPipeline", "JSONLines", "MessageBatches", "Prices", "TestSupport"]
        ),
        .testTarget(
            name: "BatchAnalyticsTests",
            dependencies: [
                "BatchAnalytics", "BatchArchive", "BatchPipeline", "JSONLines", "MessageBatches", "Prices", "Tables",
                "TestSupport",
            ],
        ),
        .testTarget(
            name: "BatchReportsTests",
            dependencies: ["BatchReports", "MessageBatches", "Tables"],
            exclude: ["Browser", "Golden"]
        ),
        .testTarget(
            name: "BatchServiceTests",
            dependencies: [
                "BatchPipeline", "BatchService", "BlockGzip", "MessageBatches", "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .testTarget(
            name: "BatchArchiveTests",
            dependencies: [
                "BatchArchive", "BatchPipeline", "BlockGzip", "JSONLines", "MessageBatches", "Prices", "TestSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "BatchCatalogTests",
            dependencies: [
                "BatchArchive", "BatchCatalog", "BatchPipeline", "JSONLines", "MessageBatches", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "BatchJoinTests",
            dependencies: [
                "BatchArchive", "BatchJoin", "BatchPipeline", "BlockGzip", "JSONLines", "MessageBatches", "Prices",
                "Tables", "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "BatchSimulatorTests",
            dependencies: ["BatchSimulator", "BlockGzip", "JSONLines", "MessageBatches", "SimulatorTestSupport"],
            exclude: ["official_sdk.py", "official_sdk_reports.py"]
        ),
        .testTarget(
            name: "BatchCommandsTests",
            dependencies: [
                "BatchArchive", "BatchCatalog", "BatchCommands", "BatchPipeline", "BatchSimulator", "BlockGzip",
                "MessageBatches", "Prices", "SimulatorTestSupport", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Yams", package: "Yams"),
            ]
        ),

        // The house rules, on the sources as text.
        .testTarget(name: "ArchitectureTests"),

        // The built program, as its users run it.
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["BatchSimulator", "SimulatorTestSupport", "TestSupport"],
            exclude: ["Peers"]
        ),
    ],
    swiftLanguageModes: [.v6]
)

// What single steps cost; built only where the environment asks for it.
if Context.environment["BATCHKEEP_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "BatchArchive", "BatchJoin", "BatchPipeline", "BatchSimulator", "BlockGzip", "JSONLines",
                "MessageBatches",
            ],
            path: "Tests/Benchmarks/Micro"
        )
    )
}

// What AsyncHTTPClient and NIO bring with them is compiled in too, so it has exact versions like the packages above: users
// build what was tested. The program names one product of each, because a package that no target uses causes a warning.
let indirect: [(package: String, version: Version, product: String)] = [
    ("swift-algorithms", "1.2.1", "Algorithms"), ("swift-atomics", "1.3.0", "Atomics"),
    ("swift-collections", "1.6.0", "DequeModule"), ("swift-distributed-tracing", "1.7.3", "Tracing"),
    ("swift-nio-extras", "1.35.2", "NIOHTTPCompression"), ("swift-nio-http2", "1.46.0", "NIOHTTP2"),
    ("swift-numerics", "1.1.1", "RealModule"), ("swift-service-context", "1.5.1", "ServiceContextModule"),
]
for (name, version, product) in indirect {
    package.dependencies.append(.package(url: "https://github.com/apple/\(name)", exact: version))
    package.targets.first { $0.name == "batchkeep" }?.dependencies.append(.product(name: product, package: name))
}
// Without its traits, as AsyncHTTPClient uses it: they would add readers of files and services that reload them.
package.dependencies.append(
    .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: [])
)
package.targets.first { $0.name == "batchkeep" }?.dependencies
    .append(.product(name: "Configuration", package: "swift-configuration"))

// Tests run on the release build, the code that users get: a first build compiles the packages above once for both.
let released = BuildSettingCondition.when(configuration: .release)
let releasedOnLinux = BuildSettingCondition.when(platforms: [.linux], configuration: .release)
for target in package.targets where target.type != .system {
    // Existentials, imports and unsafe code show what they are; a warning stops the build. `@testable import` needs
    // -enable-testing, which adds 1 % to the program.
    var settings: [SwiftSetting] = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        .unsafeFlags(["-enable-testing"], released),
    ]
    if target.type == .test || target.name.hasSuffix("TestSupport") {
        // Optimizing tests takes longer than they run. The rest saves a quarter of their compilation: each module is checked
        // once, and the index, where the package manager looks for tests, is without the system.
        let fast = ["-Onone", "-no-emit-module-separately-wmo", "-index-ignore-system-modules"]
        settings.append(.unsafeFlags(fast, released))
    }
    if target.name == "batchkeep" {
        // With Swift's runtime linked in, the program runs without Swift and starts a third faster; macOS includes the
        // runtime. Without a table of symbols for plug-ins it is 5 MB smaller.
        settings.append(.unsafeFlags(["-static-stdlib"], releasedOnLinux))
        target.linkerSettings = [.unsafeFlags(["-static-stdlib", "-Xlinker", "--no-export-dynamic"], releasedOnLinux)]
    }
    target.swiftSettings = settings
}
