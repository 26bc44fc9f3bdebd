import Foundation
import Testing

@testable import BatchCommands

/// The notices that `licenses` prints.
struct LicensesCommandTests {
    @Test func `the command prints the notice of every component and the text of every license`() async {
        let run = await InProcess.run(["licenses"], at: "http://127.0.0.1:9")
        #expect(run.status == .done && run.notes.isEmpty)
        #expect(run.output.hasPrefix("No license has been chosen for Batchkeep yet"))
        for notice in ThirdPartyNotice.all {
            #expect(run.output.contains("\n\n\(notice.component)\n  Copyright \(notice.copyright)\n"))
            #expect(run.output.contains(notice.license.text), "\(notice.component)")
        }
        #expect(run.output.contains("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION"))
    }

    @Test func `the components are in the order of their names`() {
        let names = ThirdPartyNotice.all.dropFirst(2).map { $0.component.lowercased() }
        #expect(names == names.sorted())
    }

    @Test func `every resolved package has a notice`() throws {
        // The package manager writes this file next to Package.swift.
        let url = Scratch.package.appending(path: "Package.resolved")
        guard let data = try? Data(contentsOf: url) else { return }
        struct Resolved: Decodable {
            struct Pin: Decodable {
                var identity: String
            }

            var pins: [Pin]
        }
        let packages = try JSONDecoder().decode(Resolved.self, from: data).pins.map(\.identity)
        #expect(!packages.isEmpty)
        let missing = Set(packages).subtracting(ThirdPartyNotice.all.map { $0.component.lowercased() })
        #expect(missing == [])
    }

    @Test func `an argument is a usage error`() async {
        let run = await InProcess.run(["licenses", "swift-nio"], at: "http://127.0.0.1:9")
        #expect(run.status == .usage && run.output.isEmpty)
    }
}
