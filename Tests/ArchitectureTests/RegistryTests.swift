import Testing

struct RegistryTests {
    @Test func `every registry is complete`() {
        for rule in RegistryRule.all where Project.exists(rule.folder) {
            let files = Project.files(under: rule.folder, endingIn: ".swift")
            #expect(!files.isEmpty, "no \(rule.what) in \(rule.folder)")
            #expect(Project.exists(rule.registry), "\(rule.what) have no registry")
            #expect(rule.complaints(files: files, registry: Project.text(of: rule.registry)) == [])
        }
    }

    private let rule = RegistryRule(
        what: "summaries",
        folder: "Summaries",
        registry: "SummaryRegistry.swift",
        mention: { "\($0.stem).self" }
    )

    @Test func `a forgotten entry is found`() {
        let files = ["Summaries/TokenSums.swift", "Summaries/Sums.swift"].map { Project.File(path: $0, text: "") }
        #expect(rule.complaints(files: files, registry: "[TokenSums.self, Sums.self]") == [])
        let forgotten = ["Summaries/Sums.swift: SummaryRegistry.swift does not mention Sums.self"]
        #expect(rule.complaints(files: files, registry: "[TokenSums.self] // Sums.self") == forgotten)
    }

    @Test func `a format is identified by its factory`() {
        #expect(RegistryRule.factory(in: "static let gap = 1\nstatic var csv: CSVTable { CSVTable() }") == "csv")
        #expect(RegistryRule.factory(in: "static func terminal(_ style: Style) -> Self {") == "terminal")
        #expect(RegistryRule.factory(in: "// static var csv") == nil)
    }
}
