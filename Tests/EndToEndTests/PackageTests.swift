import Foundation
import TestSupport
import Testing

/// The scripts in `pipelines/package`: `.ci/run` builds the packages, `Tests/Container/build_in_chroot.py` installs one.
struct PackageTests {
    private static let folder = Program.package.appending(path: "pipelines/package")

    @Test func `every command has a man page with all of its options`() async throws {
        let dump = try await Program.run(["--experimental-dump-help"])
        try await withTemporaryFolder { folder in
            _ = try folder.file("dump")
            try Data(dump.output.utf8).write(to: folder.url.appending(path: "dump"))
            let script = Self.folder.appending(path: "manual.py").path
            guard let made = try await Program.tool("sh", ["-c", "python3 '\(script)' man < dump"], in: folder.url)
            else {
                return
            }
            try #require(made.status == 0, "\(made.notes)")
            let commands = try CommandTree(dump: dump.output).commands
            #expect(try folder.files(below: "man").count == commands.count)
            for command in commands {
                let name = (["batchkeep"] + command.words).joined(separator: "-")
                let page = try folder.text("man/\(name).1")
                #expect(page.contains(".SH NAME\n\(name.replacing("-", with: "\\-")) \\- "))
                for option in command.allOptions.flatMap(\.spellings) {
                    #expect(page.contains("\\fB\(option.replacing("-", with: "\\-"))\\fR"), "\(name): \(option)")
                }
                for example in command.examples {
                    #expect(page.contains(example.replacing("\\", with: "\\e").replacing("-", with: "\\-")), "\(name)")
                }
                // A line that begins with a period or a quote would be a command of roff.
                let commands: Set<Substring> = [".TH", ".SH", ".TP", ".PP", ".nf", ".fi"]
                for line in page.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
                    #expect(commands.contains(line.prefix { $0 != " " }), "\(name): \(line)")
                }
            }
        }
    }

    @Test func `every link in the packaged documentation leads to a packaged page`() async throws {
        try await withTemporaryFolder { folder in
            // The folder of the script determines the root of the repository.
            let script = """
                set -eu
                set -- '\(folder.path)'
                . '\(Self.folder.path)/program.sh'
                documentation '\(folder.path)/pages'
                """
            let run = try await Program.run(
                ["-c", script, Self.folder.appending(path: "deb.sh").path],
                executable: URL(filePath: "/bin/sh")
            )
            try #require(run.status == 0, "\(run.notes)")
            let pages = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/pages")
            #expect(pages.contains("README.md") && pages.contains("0003-GzipMembers.md") && pages.count > 40)
            for page in pages {
                let text = try folder.text("pages/\(page)")
                #expect(!text.contains(/<doc:[A-Z0-9]/), "\(page)")
                for link in text.matches(of: /\]\(([A-Za-z0-9-]+\.md)\)/) {
                    #expect(pages.contains(String(link.output.1)), "\(page): \(link.output.1)")
                }
            }
        }
    }

    @Test(arguments: ["deb.sh", "tarball.sh"])
    func `a program that does not exist is an error`(script: String) async throws {
        try await withTemporaryFolder { folder in
            let run = try await Program.run(
                [Self.folder.appending(path: script).path],
                environment: ["BATCHKEEP_BINARY": "missing"],
                executable: URL(filePath: "/bin/sh"),
                in: folder.url
            )
            #expect(run.status == 2 && run.output.isEmpty)
            // A machine without the tools reports them first.
            if !run.notes.contains("is not installed") {
                #expect(run.notes == "error: invalid BATCHKEEP_BINARY: 'missing' is not an executable file\n")
            }
            #expect(try folder.files().isEmpty)
        }
    }

    @Test func `the workflow runs scripts that exist`() throws {
        let url = Program.package.appending(path: ".github/workflows/packages.yml")
        let words = try String(contentsOf: url, encoding: .utf8).split { " \n".contains($0) }
        let scripts = Set(words.filter { $0.hasPrefix("pipelines/") })
        #expect(scripts == ["pipelines/package/deb.sh", "pipelines/package/tarball.sh", "pipelines/quickstart.sh"])
        for script in scripts {
            #expect(FileManager.default.fileExists(atPath: Program.package.appending(path: String(script)).path))
        }
    }
}
