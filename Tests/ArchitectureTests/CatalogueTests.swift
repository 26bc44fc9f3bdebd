import Testing

/// The documentation is complete and matches the code as far as a program can check.
struct CatalogueTests {
    private static let folder = "Sources/BatchPipeline/BatchPipeline.docc"
    private static let landing = "\(folder)/BatchPipeline.md"
    private let pages = Project.files(under: CatalogueTests.folder, endingIn: ".md")

    @Test func `the landing page lists every page once`() {
        let links = Catalogue.links(in: Project.text(of: Self.landing))
        let names = pages.filter { $0.path != Self.landing }.map(\.stem)
        #expect(names.sorted() == links.sorted())
        #expect(Set(names).count == names.count)
    }

    @Test func `the decisions are numbered without a gap`() {
        let decisions = pages.filter { $0.path.hasPrefix("\(Self.folder)/Decisions/") }
        #expect(!decisions.isEmpty)
        let numbers = decisions.compactMap { Int($0.stem.prefix(4)) }
        #expect(numbers == Array(1..<(decisions.count + 1)))
    }

    @Test func `a decision names its question and its alternatives`() {
        for page in pages where page.path.hasPrefix("\(Self.folder)/Decisions/") {
            for heading in ["## The question", "## The decision", "## Alternatives"] {
                #expect(page.text.contains("\n\(heading)\n"), "\(page.path) has no '\(heading)'")
            }
        }
    }

    @Test func `every page links to pages that exist`() {
        let names = Set(pages.map(\.stem))
        for page in pages {
            #expect(Catalogue.links(in: page.text).filter { !names.contains($0) } == [], "\(page.path)")
        }
    }

    @Test func `every name a page mentions is declared`() {
        var known = Set(Project.folders(in: "Sources") + Project.folders(in: "Tests"))
        for source in Project.sources.map(\.source) { known.formUnion(Catalogue.declarations(in: source)) }
        // A page mentions a test by its suite, which has the name of its file.
        known.formUnion(Project.files(under: "Tests", endingIn: ".swift").map(\.stem))
        for page in pages {
            for voice in Catalogue.codeVoices(in: page.text) {
                let unknown = (Catalogue.symbols(in: voice) ?? [])
                    .filter { !known.contains($0) && !Self.outside.contains($0) }
                #expect(unknown == [], "\(page.path) mentions \(voice)")
            }
        }
    }

    @Test func `every path a page mentions exists`() {
        for page in pages {
            for voice in Catalogue.codeVoices(in: page.text) where Self.isPath(voice) {
                #expect(Project.exists(voice), "\(page.path) mentions \(voice)")
            }
        }
    }

    /// Names of other projects that the pages use.
    private static let outside: Set<String> = [
        "Package", "README", "swift", "md", "Authorization", "AsyncParsableCommand", "AsyncStream", "Character",
        "JSONDecoder",
        "String",
    ]

    private static func isPath(_ voice: String) -> Bool {
        let roots = ["Sources/", "Tests/", "pipelines/", "samples/", ".ci/"]
        return roots.contains(where: voice.hasPrefix) && !voice.contains { " …*<>{}".contains($0) }
    }

    @Test func `links and names are read from a page`() {
        let page = """
            See <doc:Architecture#Blocks>, ``LineBlock`` and `BatchDraft.seal(_:flatRows:)`.

            ```swift
            NotAName()
            ```
            Not `custom_id`, not `README.md SomeWord`, not `UTC`.
            """
        #expect(Catalogue.links(in: page) == ["Architecture"])
        let symbols = Catalogue.codeVoices(in: page).compactMap(Catalogue.symbols)
        #expect(symbols == [["LineBlock"], ["BatchDraft", "seal"]])
    }

    @Test func `declared names are read from a source`() {
        let source = SwiftText("struct A { let b = 1, c = \"enum D\" }\nfunc e() { f() }\ncase g\ninit() {}")
        #expect(Catalogue.declarations(in: source) == ["A", "b", "e", "g", "init"])
    }
}
