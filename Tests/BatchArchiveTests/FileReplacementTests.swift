import Foundation
import SystemPackage
import Testing

@testable import BatchArchive

/// Files outside of an archive, at whose paths the user may have a link, a device or a pipe.
struct FileReplacementTests {
    private let place = TemporaryArchive()
    private let files = FileManager.default

    private func path(_ name: String) throws -> String {
        try place.folder.makeFolder("")
        return place.folder.path(name)
    }

    private func names() throws -> [String] { try place.folder.names(in: "") }

    private func link(_ name: String, to target: String) throws {
        try files.createSymbolicLink(atPath: path(name), withDestinationPath: target)
    }

    @Test func `a file is replaced by a new one with the same permissions`() throws {
        let file = try path("page")
        try place.put(Array("old and longer".utf8), at: "page")
        let old = try FileStatus.of(file)
        try writeFile(at: file, with: "new")
        let new = try FileStatus.of(file)
        #expect(try place.folder.read("page") == Array("new".utf8))
        #expect(new?.number != old?.number && new?.permissions == old?.permissions)
        #expect(try names() == ["page"])
    }

    @Test func `links stay, and the file at their end is replaced`() throws {
        try place.put(Array("old".utf8), at: "folder/page")
        try link("near", to: "folder/page")
        try link("far", to: "near")
        try writeFile(at: path("far"), with: "new")
        #expect(try place.folder.read("folder/page") == Array("new".utf8))
        #expect(try files.destinationOfSymbolicLink(atPath: path("far")) == "near")
        #expect(try files.destinationOfSymbolicLink(atPath: path("near")) == "folder/page")
        #expect(try place.folder.names(in: "folder") == ["page"])
    }

    @Test func `a device is written to, also through a link`() throws {
        try link("null", to: "/dev/null")
        try writeFile(at: path("null"), with: "text")
        try writeFile(at: "/dev/null", with: "text")
        #expect(try FileStatus.of("/dev/null")?.kind == .device)
        #expect(try FileStatus.of(path("null"), followsLink: false)?.kind == .link)
        #expect(try names() == ["null"])
    }

    @Test func `a pipe is written to if somebody reads it`() throws {
        let pipe = try path("pipe")
        #expect(try run(["mkfifo", pipe], in: "/")?.status == 0)
        let failure = #expect(throws: ArchiveFailure.self) { try writeFile(at: pipe, with: "text") }
        #expect(failure?.code == .noSuchAddressOrDevice)
        let reader = try FileDescriptor.open(FilePath(pipe), .readOnly, options: .nonBlocking)
        defer { try? reader.close() }
        try writeFile(at: pipe, with: "text")
        #expect(try FileHandle(fileDescriptor: reader.rawValue).read(upToCount: 10) == Data("text".utf8))
        #expect(try FileStatus.of(pipe)?.kind == .pipe)
    }

    @Test func `a folder and a link to nothing are refused`() throws {
        try place.folder.makeFolder("folder")
        try link("dangling", to: "nowhere")
        for (name, kind) in [("folder", FileKind.folder), ("dangling", .link)] {
            let failure = #expect(throws: ArchiveFailure.self) { try writeFile(at: path(name), with: "text") }
            #expect(failure?.cause == .notAFile(kind))
        }
        #expect(try names() == ["dangling", "folder"])
    }
}
