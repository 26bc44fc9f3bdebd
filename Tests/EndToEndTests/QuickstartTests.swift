import Foundation
import Testing

/// `pipelines/quickstart.sh` with a built program: `.ci/run` runs it with the real `swift`.
struct QuickstartTests {
    @Test func `the script exports the samples and finds nothing new the second time`() async throws {
        try await withTemporaryFolder { folder in
            let first = try await quickstart(in: folder)
            #expect(first.status == 0, "\(first.notes)")
            #expect(first.notes.contains("Complete: every batch holds exactly the results the API promised."))
            #expect(first.output.contains("/mine/raw/date=2024-08-20/"))
            #expect(first.output.contains("/mine/report.html\n"))
            #expect(first.output.hasSuffix("install -m 755 \(Program.binary.path) ~/.local/bin/batchkeep\n"))
            #expect(first.output.contains("Building."))
            #expect(try folder.files(below: "mine").contains("report.html"))
            #expect(try folder.files(below: "mine/manifests").count == 13)
            let second = try await quickstart(in: folder)
            #expect(second.status == 0, "\(second.notes)")
            #expect(second.notes.contains("Nothing new"))
        }
    }

    @Test func `a program named by BATCHKEEP_BINARY is used without a build`() async throws {
        try await withTemporaryFolder { folder in
            let link = folder.url.appending(path: "built")
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: Program.binary)
            // The path is relative to the folder of the caller.
            let run = try await quickstart(in: folder, archive: "my archive", binary: "built")
            #expect(run.status == 0, "\(run.notes)")
            #expect(!run.output.contains("Building.") && run.output.contains("\(folder.path)/built"))
            #expect(try folder.files(below: "my archive/manifests").count == 13)
            // Printed commands quote a path with a blank.
            for command in ["zcat ", "(cd ", "--by month --archive "] {
                #expect(run.output.contains("\(command)'\(folder.path)/my archive'"), "\(run.output)")
            }
        }
    }

    @Test(arguments: ["missing", "mine"])
    func `an invalid BATCHKEEP_BINARY is an error`(name: String) async throws {
        try await withTemporaryFolder { folder in
            _ = try folder.file("mine")
            let run = try await quickstart(in: folder, binary: name)
            #expect(run.status == 2)
            #expect(run.notes == "error: invalid BATCHKEEP_BINARY: '\(name)' is not an executable file\n")
        }
    }

    @Test func `a simulator that does not start is reported`() async throws {
        try await withTemporaryFolder { folder in
            let run = try await quickstart(in: folder, program: "#!/bin/sh\nexit 1\n")
            #expect(run.status == 1)
            #expect(run.notes.hasSuffix("The simulator did not start.\n"))
        }
    }

    @Test func `the script returns the status of the export`() async throws {
        try await withTemporaryFolder { folder in
            // The archive path is a file, which no export accepts.
            _ = try folder.file("mine")
            let run = try await quickstart(in: folder)
            #expect(run.status == 2)
            #expect(!run.output.contains("Next steps"))
        }
    }

    /// Runs the script on an archive in the folder; `program` replaces the built one.
    private func quickstart(
        in folder: TemporaryFolder,
        archive: String = "mine",
        program: String? = nil,
        binary: String? = nil
    ) async throws -> Program.FinishedRun {
        let tools = folder.url.appending(path: "tools")
        try FileManager.default.createDirectory(at: tools, withIntermediateDirectories: true)
        let bin = program == nil ? Program.binary.deletingLastPathComponent() : tools
        var scripts = [
            "swift": """
            #!/bin/sh
            case "$*" in
            *--show-bin-path) echo '\(bin.path)' ;;
            --version) echo 'Swift version 6.3.1' ;;
            esac

            """,
            // Nothing is missing.
            "dpkg-query": "#!/bin/sh\nprintf installed\n",
        ]
        scripts["batchkeep"] = program
        for (name, text) in scripts {
            let path = tools.appending(path: name).path
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
            _ = FileManager.default.createFile(atPath: path, contents: Data(text.utf8), attributes: attributes)
        }
        return try await Program.run(
            [Program.package.appending(path: "pipelines/quickstart.sh").path, archive],
            environment: [
                "PATH": "\(tools.path):\(Program.cleanEnvironment["PATH"] ?? "")", "BATCHKEEP_BINARY": binary ?? "",
            ],
            executable: URL(filePath: "/bin/sh"),
            in: folder.url
        )
    }
}
