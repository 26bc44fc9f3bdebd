import Foundation
import Testing

/// `pipelines/screenshot.sh`, which writes the picture of the report page in the documentation.
struct ScreenshotTests {
    private static let missing = [["chromium", "chromium-browser", "google-chrome"], ["pngquant"]]
        .filter { names in !names.contains { isOnPath($0) } }

    private static func isOnPath(_ name: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }

    @Test(.enabled(if: missing.isEmpty, "needs Chromium and pngquant; on Debian: apt-get install chromium pngquant"))
    func `the script writes a small picture of the first screen`() async throws {
        try await withTemporaryFolder { folder in
            let run = try await screenshot(in: folder)
            #expect(run.status == 0, "\(run.notes)")
            let picture = try Data(contentsOf: folder.url.appending(path: "page.png"))
            #expect(run.output == "\(folder.path)/page.png: \(picture.count) bytes\n")
            #expect(try size(of: picture) == [1_300, 1_200])
            #expect(picture.count > 10_000 && picture.count < 250_000)
        }
    }

    @Test func `the stored picture is as wide as the script makes it`() throws {
        let resources = Program.package.appending(path: "Sources/BatchPipeline/BatchPipeline.docc/Resources")
        let picture = try Data(contentsOf: resources.appending(path: "report.png"))
        #expect(try size(of: picture) == [1_300, 1_200])
        #expect(picture.count < 250_000)
    }

    @Test func `a program that does not exist is an error`() async throws {
        try await withTemporaryFolder { folder in
            let run = try await screenshot(in: folder, binary: "missing")
            #expect(run.status == 1)
            let path = "\(folder.path)/missing"
            #expect(run.notes == "error: '\(path)' is not an executable file; set BATCHKEEP_BINARY\n")
            #expect(try folder.files(below: "").isEmpty)
        }
    }

    private func screenshot(in folder: TemporaryFolder, binary: String? = nil) async throws -> Program.FinishedRun {
        try await Program.run(
            [Program.package.appending(path: "pipelines/screenshot.sh").path, "page.png"],
            environment: [
                "PATH": Program.cleanEnvironment["PATH"] ?? "", "BATCHKEEP_BINARY": binary ?? Program.binary.path,
            ],
            executable: URL(filePath: "/bin/sh"),
            in: folder.url
        )
    }

    /// Width and height, which are the first numbers of the first chunk of a PNG.
    private func size(of picture: Data) throws -> [Int] {
        #expect(picture.prefix(8).elementsEqual([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        try #require(picture.count > 24)
        return [16, 20].map { start in picture[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    }
}
