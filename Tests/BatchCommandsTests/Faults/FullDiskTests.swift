import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// An export to a file system that becomes full at ten different points, if the machine can mount one.
struct FullDiskTests {
    /// A small file system in memory that is removed after the test.
    private final class SmallDisk {
        let path: String

        init?(kilobytes: Int) throws {
            path = FileManager.default.temporaryDirectory.appending(path: "disk-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            guard try Self.mount(["-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", path]) else {
                print("skipped: this user may not mount a file system")
                try FileManager.default.removeItem(atPath: path)
                return nil
            }
        }

        func grow() throws {
            #expect(try Self.mount(["-o", "remount,size=64m", path]))
        }

        private static func mount(_ arguments: [String]) throws -> Bool {
            try run("/usr/bin/mount", arguments) || run("/bin/mount", arguments)
        }

        private static func run(_ tool: String, _ arguments: [String]) throws -> Bool {
            guard FileManager.default.isExecutableFile(atPath: tool) else { return false }
            let process = Process()
            process.executableURL = URL(filePath: tool)
            process.arguments = arguments
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus == 0
        }

        deinit {
            _ = try? Self.run("/usr/bin/umount", [path])
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    @Test(arguments: [0, 4, 12, 28, 40, 64, 100, 160, 220, 300])
    func `a full disk is one clear error, and the next run with space completes`(kilobytes: Int) async throws {
        // A tmpfs of size 0 has no limit; two pages are the minimum.
        guard let disk = try SmallDisk(kilobytes: 8 + kilobytes) else { return }
        try await withSimulator(.generated(lines: 500, batches: 3)) { server in
            let arguments = ["export", "--json", "--archive", disk.path + "/archive"]
            let archive = Archive(url: URL(filePath: disk.path + "/archive"))
            let full = await InProcess.run(arguments, at: server.baseURL)
            #expect(full.status == .error, "\(full.notes)")
            #expect(full.notes.contains("no space left on device"), "\(full.notes)")
            try archive.expectProven(by: server)
            try disk.grow()
            let whole = await InProcess.run(arguments, at: server.baseURL)
            #expect(whole.status == .done, "\(whole.notes)")
            #expect(archive.archivedIDs.count == 3)
            try archive.expectProven(by: server)
        }
    }
}
