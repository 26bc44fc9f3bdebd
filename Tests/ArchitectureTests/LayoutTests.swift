import Testing

struct LayoutTests {
    @Test func `the top level holds what the layout names`() throws {
        let entries = try Project.topLevelEntries().filter { !$0.hasPrefix(".") }
        // Without version control these lie there too: what the package manager writes, and a user's own archive.
        let byproducts: Set<String> = ["Package.resolved", "archive"]
        #expect(entries.subtracting(HouseRules.topLevel).subtracting(byproducts).sorted() == [])
        #expect(entries.contains("Package.swift"))
    }

    @Test func `the stages tell the story in order`() {
        #expect(
            Project.folders(in: "Sources/BatchPipeline/Stages")
                .allSatisfy { name in
                    name.first?.isNumber == true && name.dropFirst().first == "-"
                }
        )
    }
}
