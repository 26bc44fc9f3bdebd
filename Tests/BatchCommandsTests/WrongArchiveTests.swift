import BatchCommands
import Foundation
import TestSupport
import Testing

/// A path that is not an archive: every command but those that create one refuses it and changes nothing there.
struct WrongArchiveTests {
    /// The commands that create an archive.
    private static let creating: Set<String> = ["export", "fetch", "import", "run"]

    /// What the commands need besides `--archive` to get as far as the archive.
    private static let arguments: [String: [String]] = [
        "catalog rebuild": [], "compact": [], "compare": ["2026-10", "2026-11"], "errors": [],
        "join": ["--join", "requests.jsonl"], "prune": ["--raw-older-than", "90d"], "query": ["SELECT 1"],
        "reconcile": ["--since", "2026-10"],
        "rebuild": [], "report": ["--html", "-"], "retry": ["--dry-run"], "retry-quarantine": [], "select": [],
        "show": ["q001"], "status": [], "summarize": [], "verify": [], "views": [],
    ]

    /// The commands that have an archive and do not create it.
    private static func commands() async throws -> [CommandTree.Command] {
        try await CommandTree.ofProgram().commands
            .filter { command in
                command.options.contains { $0.longNames.contains("archive") } && !creating.contains(command.name)
            }
    }

    /// Runs every command on a path, and expects an error with this hint.
    private func expectRefusal(of path: String, in scratch: Scratch, hint: String) async throws {
        let before = try scratch.contents()
        for command in try await Self.commands() {
            let name = command.name
            let arguments = try #require(Self.arguments[name], "add the arguments of \(name) to this test")
            let run = await InProcess.offline(command.words + arguments + ["--archive", path])
            #expect(run.status == .usage && run.output.isEmpty, "\(name): \(run.output)\(run.notes)")
            #expect(run.notes.hasPrefix("error: not a Batchkeep archive: \(path)\n"), "\(name): \(run.notes)")
            #expect(run.notes.contains("hint: \(hint)"), "\(name): \(run.notes)")
        }
        #expect(try scratch.contents() == before)
    }

    @Test func `every command refuses an empty folder and one with other files`() async throws {
        #expect(try await Self.commands().map(\.name).sorted() == Self.arguments.keys.sorted())
        try await Scratch.use { scratch in
            try scratch.makeFolder("other/raw")
            try scratch.makeFolder("other/manifests/cluster")
            try scratch.makeFolder("empty")
            for name in ["empty", "other"] {
                try await expectRefusal(of: scratch.path(name), in: scratch, hint: "an archive contains manifests")
            }
        }
    }

    @Test func `every command refuses a missing folder and a file`() async throws {
        try await Scratch.use { scratch in
            try await expectRefusal(
                of: scratch.path("missing"),
                in: scratch,
                hint: "the folder does not exist: use --archive with an archive, or create one with batchkeep export"
            )
            let file = try scratch.write("text", to: "file")
            try await expectRefusal(of: file, in: scratch, hint: "it is a file, not a folder")
        }
    }

    @Test func `every command refuses the folders above and below an archive, and names it`() async throws {
        try await Scratch.use { scratch in
            try scratch.makeFolder("data/archive/manifests")
            try scratch.makeFolder("data/archive/raw/date=2024-08-20")
            let hint = "an archive contains manifests, catalog.sqlite or SHA256SUMS: there is an archive at "
            let archive = scratch.path("data/archive")
            for name in ["data", "data/archive/raw", "data/archive/raw/date=2024-08-20"] {
                try await expectRefusal(of: scratch.path(name), in: scratch, hint: hint + archive)
            }
        }
    }

    @Test func `a misspelled path names the archives next to it`() async throws {
        try await Scratch.use { scratch in
            for name in ["one", "two/workspace=ops"] { try scratch.makeFolder("\(name)/manifests") }
            let run = await InProcess.offline(["status", "--archive", scratch.path("on")])
            let archives = "\(scratch.path("one")), \(scratch.path("two"))"
            #expect(run.notes.contains("there are archives at \(archives)"), "\(run.notes)")
        }
    }

    @Test(arguments: ["manifests", "SHA256SUMS", "catalog.sqlite"])
    func `an archive that lost a part of itself is still an archive`(lost: String) async throws {
        try await InProcess.withGenerated { archive, run, _ in
            try FileManager.default.removeItem(at: archive.url.appending(path: lost))
            let verify = await run(["verify"])
            #expect(verify.status != .usage && !verify.notes.contains("not a Batchkeep archive"), "\(verify.notes)")
        }
    }

    @Test(arguments: ["results", "report.html", "views"])
    func `an export refuses a folder in which other files have the names of an archive`(name: String) async throws {
        try await Scratch.use { scratch in
            try scratch.makeFolder("notes")
            try scratch.makeFolder(name)
            _ = try scratch.write("mine", to: "\(name)/file")
            let before = try scratch.contents()
            for command in [["export"], ["export", "--dry-run"], ["fetch"]] {
                let run = await InProcess.offline(command + ["--archive", scratch.url.path])
                #expect(run.status == .usage, "\(command): \(run.notes)")
                #expect(run.notes.contains("would be mixed with \(name) in it"), "\(command): \(run.notes)")
            }
            #expect(try scratch.contents() == before)
        }
    }

    @Test func `an export warns about other files, and not about a new disk or an interrupted first run`()
        async throws
    {
        for (names, warns) in [(["lost+found", ".Trash", "_partial"], false), (["notes", "pictures"], true)] {
            try await Scratch.use { scratch in
                for name in names { try scratch.makeFolder(name) }
                // Without a key, the export ends before it connects.
                let arguments = ["export", "--dry-run", "--archive", scratch.url.path]
                let run = await InProcess.run(arguments, at: "http://127.0.0.1:9", key: "")
                let warning = "is not empty: the new archive is created next to notes, pictures"
                #expect(run.notes.contains(warning) == warns, "\(run.notes)")
            }
        }
    }
}

extension Scratch {
    fileprivate func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
    }

    /// The paths of all files and folders, hidden ones included.
    fileprivate func contents() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: url.path).sorted()
    }
}
