import Testing

struct LayoutTests {
    @Test func `the top level has only the files of the layout`() throws {
        let entries = try Project.topLevelEntries().filter { !$0.hasPrefix(".") }
        // Without version control the folder also contains files of the package manager and a user's own archive.
        let byproducts: Set<String> = ["Package.resolved", "archive"]
        #expect(entries.subtracting(HouseRules.topLevel).subtracting(byproducts).sorted() == [])
        #expect(entries.contains("Package.swift"))
    }

    @Test func `the stage folders are numbered from 1 without a gap`() {
        let folders = Project.folders(in: "Sources/BatchPipeline/Stages")
        #expect(!folders.isEmpty)
        for (index, folder) in folders.enumerated() {
            #expect(folder.hasPrefix("\(index + 1)-"))
        }
    }
}
