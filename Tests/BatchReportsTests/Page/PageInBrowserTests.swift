import Foundation
import Testing

@testable import BatchReports

/// Opens the pages in a real browser; `Browser/page_checks.py` contains the checks.
///
/// `REPORT_SCREENSHOTS=FOLDER` keeps the screenshots.
@Suite struct PageInBrowserTests {
    private static let names = ["chromium", "chromium-browser", "google-chrome"]

    /// Whether one of the browsers is on the path; the script looks for the same names.
    private static var hasBrowser: Bool {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.contains { folder in
            names.contains { FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)") }
        }
    }

    @Test(.enabled(if: hasBrowser, "needs Chromium; on Debian: apt-get install chromium"))
    func `every page opens, looks right, sorts and filters`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "report-pages-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for fixture in ReportFixture.allCases {
            let html = try PageTemplates.html(fixture.document)
            try html.write(to: folder.appending(path: fixture.rawValue + ".html"), atomically: true, encoding: .utf8)
        }
        let script = Golden.folder.deletingLastPathComponent().appending(path: "Browser/page_checks.py")
        var arguments = ["python3", "-B", script.path, folder.path]
        if let screenshots = ProcessInfo.processInfo.environment["REPORT_SCREENSHOTS"] {
            arguments += ["--screenshots", screenshots]
        }
        if Golden.isRecording { arguments.append("--record") }
        let (status, output) = try run(arguments)
        #expect(status == 0, "\(output)")
    }

    private func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
