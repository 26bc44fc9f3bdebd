import Testing

struct ImportTests {
    @Test func `every import goes to a lower level and is declared`() throws {
        for file in Project.sources {
            let target = try #require(HouseRules.target(file.file.target), "no place in HouseRules: \(file.path)")
            let declared = try #require(Project.manifest.target(target.name), "not in Package.swift: \(target.name)")
            let complaints = ImportRules.complaints(
                about: file.source,
                at: file.path,
                in: target,
                declared: declared
            )
            #expect(complaints == [])
        }
    }

    @Test(arguments: Project.manifest.targets.map(\.name))
    func `a target declares what it may use and uses it`(name: String) throws {
        let declared = try #require(Project.manifest.target(name))
        let files = Project.sources.filter { $0.file.target == name }
        let modules = Set(files.flatMap { ImportScanner.imports(of: $0.source) }.map(\.module))
        #expect(ImportRules.complaints(about: declared, importing: modules) == [])
    }

    /// Without a committed `Package.resolved`, any other requirement lets users build versions that nobody tested.
    @Test func `every package has an exact version`() {
        let manifest = SwiftText(Project.text(of: "Package.swift")).withoutComments
        let packages = manifest.split(separator: ".package(url:").dropFirst()
        #expect(packages.count > 10)
        #expect(packages.filter { $0.firstRange(of: "exact:") == nil } == [])
    }

    @Test func `every folder of sources is a target`() {
        #expect(Project.folders(in: "Sources") == Project.manifest.targets.map(\.name).sorted())
    }

    @Test func `every folder of tests is in the manifest`() {
        let manifest = SwiftText(Project.text(of: "Package.swift")).withoutComments
        let folders = Project.folders(in: "Tests")
            .filter { !Project.files(under: "Tests/\($0)", endingIn: ".swift").isEmpty }
        #expect(folders.filter { !manifest.contains("\"\($0)\"") } == [])
    }

    private let pipeline = HouseRules.Target(name: "BatchPipeline", level: 2, platform: ["Synchronization"])
    private let service = HouseRules.Target(name: "BatchService", level: 3, libraries: ["AsyncHTTPClient", "NIOCore"])

    private func complaints(
        _ source: String,
        in target: HouseRules.Target,
        uses targets: Set<String> = [],
        products: Set<String> = []
    ) -> [String] {
        let declared = Manifest.Target(name: target.name, targets: targets, products: products)
        return ImportRules.complaints(about: SwiftText(source), at: "File.swift", in: target, declared: declared)
    }

    @Test func `an import of the same or a higher level is found`() {
        let upwards = complaints("import BatchArchive", in: pipeline, uses: ["BatchArchive"])
        #expect(upwards == ["File.swift:1: BatchPipeline (level 2) must not import BatchArchive (level 3)"])
        #expect(!complaints("import BatchArchive", in: service, uses: ["BatchArchive"]).isEmpty)
        #expect(complaints("import JSONLines", in: pipeline, uses: ["JSONLines"]).isEmpty)
    }

    @Test func `an import that the manifest does not declare is found`() {
        let missing = complaints("\npackage import JSONLines", in: pipeline, uses: ["MessageBatches"])
        #expect(missing == ["File.swift:2: BatchPipeline does not declare that it uses JSONLines"])
        let product = complaints("import NIOCore", in: service, products: ["AsyncHTTPClient"])
        #expect(product == ["File.swift:1: BatchService does not declare the product NIOCore"])
    }

    @Test func `an outside library in the wrong target is found`() {
        #expect(complaints("import Crypto", in: service, products: ["Crypto"]).count == 1)
        #expect(complaints("import Foundation", in: pipeline).count == 1)
        #expect(complaints("import Synchronization", in: pipeline).isEmpty)
        #expect(complaints("import AsyncHTTPClient", in: service, products: ["AsyncHTTPClient"]).isEmpty)
    }

    @Test func `a target that declares too much is found`() {
        let declared = Manifest.Target(
            name: "BatchReports",
            targets: ["BatchPipeline", "BatchCommands"],
            products: ["Mustache", "Crypto"]
        )
        let complaints = ImportRules.complaints(about: declared, importing: ["BatchCommands", "Mustache", "Crypto"])
        #expect(
            complaints == [
                "BatchReports declares BatchPipeline and does not import it",
                "BatchReports does not own the product Crypto",
                "BatchReports must not depend on BatchCommands",
            ]
        )
    }
}
