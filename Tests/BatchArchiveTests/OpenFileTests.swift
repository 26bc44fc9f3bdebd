import Foundation
import SystemPackage
import Testing

@testable import BatchArchive

/// The archive opens regular files only; other objects in their place neither block nor lead elsewhere.
struct OpenFileTests {
    private let archive = TemporaryArchive()

    private func place(_ kind: FileKind, at path: String) throws {
        try archive.folder.makeFolder("")
        let path = archive.folder.path(path)
        switch kind {
        case .folder: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        case .link: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero")
        case .pipe: #expect(try run(["mkfifo", path], in: "/")?.status == 0)
        case .file, .socket, .device: Issue.record("no test needs this kind")
        }
    }

    @Test(arguments: [FileKind.folder, .link, .pipe], [OpenFile.Access.reading, .creating, .extending, .locking])
    func `anything but a file is refused without waiting`(kind: FileKind, access: OpenFile.Access) throws {
        try place(kind, at: "it")
        let failure = #expect(throws: ArchiveFailure.self) { _ = try archive.folder.open("it", access) }
        #expect(failure?.cause == .notAFile(kind))
        #expect(try archive.folder.status("it")?.kind == kind)
        #expect(try archive.folder.document(at: "it") == nil)
    }

    @Test func `a device is refused even by its own path`() {
        let failure = #expect(throws: ArchiveFailure.self) { _ = try OpenFile("/dev/zero", .reading) }
        #expect(failure?.cause == .notAFile(.device))
    }

    @Test func `a link to a file of the archive is refused, and its target stays as it is`() throws {
        try archive.put(Array("content".utf8), at: "target")
        for name in [".lock", "_partial/a.raw.jsonl.gz"] {
            try archive.folder.makeFolder("_partial")
            let target = archive.folder.path("target")
            try FileManager.default.createSymbolicLink(atPath: archive.folder.path(name), withDestinationPath: target)
            for access in [OpenFile.Access.reading, .creating, .extending, .locking] {
                let failure = #expect(throws: ArchiveFailure.self) { _ = try archive.folder.open(name, access) }
                #expect(failure?.cause == .notAFile(.link))
            }
        }
        #expect(try archive.folder.read("target") == Array("content".utf8))
    }

    @Test func `a link to a folder is the folder`() throws {
        let elsewhere = TemporaryArchive()
        try elsewhere.put(Array("content".utf8), at: "date=2024-08-20/a")
        try archive.folder.makeFolder("")
        try FileManager.default.createSymbolicLink(
            atPath: archive.folder.path("raw"),
            withDestinationPath: elsewhere.folder.root
        )
        #expect(try archive.folder.status("raw")?.isFolder == true)
        #expect(try archive.folder.read("raw/date=2024-08-20/a") == Array("content".utf8))
        try archive.folder.sync("raw")
        // The archive itself may be a link too.
        let link = archive.folder.path("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: elsewhere.folder.root)
        _ = try ArchiveReader(ArchiveFolder(link))
        #expect(try ArchiveFolder(link).read("date=2024-08-20/a") == Array("content".utf8))
    }

    @Test func `a document has a size limit`() throws {
        try archive.put(Array("12345".utf8), at: "document")
        #expect(try archive.folder.read("document", limit: 5).count == 5)
        let failure = #expect(throws: ArchiveFailure.self) { try archive.folder.read("document", limit: 4) }
        #expect(failure?.cause == .tooLarge(limit: 4))
        // A file with a hole of 300 GB needs no space, and reading it needs no memory.
        let file = try archive.folder.open("large", .creating)
        try file.truncate(to: 300_000_000_000)
        #expect(throws: ArchiveFailure(.tooLarge(limit: ArchiveFolder.documentLimit), .read, path: file.path)) {
            try archive.folder.read("large")
        }
    }

    @Test func `an input that does not end is read up to a limit`() throws {
        #expect(try readInput(at: "/dev/null", limit: 0) == [])
        #expect(throws: ArchiveFailure(.tooLarge(limit: 100_000), .read, path: "/dev/zero")) {
            try readInput(at: "/dev/zero", limit: 100_000)
        }
        try archive.put([UInt8](repeating: 7, count: 200_000), at: "input")
        #expect(try readInput(at: archive.folder.path("input"), limit: 200_000).count == 200_000)
    }

    @Test func `a missing temporary folder is named in the error`() {
        let failure = #expect(throws: ArchiveFailure.self) { _ = try TemporaryFile(in: "/nonexistent") }
        #expect(failure == ArchiveFailure(.noTemporaryFile(.noSuchFileOrDirectory), .create, path: "/nonexistent"))
    }
}
