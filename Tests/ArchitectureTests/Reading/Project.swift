import Foundation

/// The files of the project.
enum Project {
    /// The folder with `Package.swift`.
    static let root: URL = {
        var folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return folder
    }()

    /// A text file of the project.
    struct File: Sendable {
        /// The path from the root.
        let path: String
        let text: String

        /// The name without folders and without everything after the first dot.
        var stem: String {
            String((path.split(separator: "/").last ?? "").prefix { $0 != "." })
        }

        /// The target of the file: `BatchArchive` for `Sources/BatchArchive/Files/OpenFile.swift`.
        var target: String {
            path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        }
    }

    /// A Swift file with its code separate from its comments.
    struct SwiftFile: Sendable {
        let file: File
        let source: SwiftText

        var path: String { file.path }
    }

    static let manifest = Manifest(text(of: "Package.swift"))

    static let sources: [SwiftFile] = files(under: "Sources", endingIn: ".swift")
        .map {
            SwiftFile(file: $0, source: SwiftText($0.text))
        }

    /// Every text file that a person wrote.
    static let texts: [File] =
        ["Sources", "Tests"].flatMap { files(under: $0, endingIn: ".swift", ".md", ".py", ".sh", ".h", ".modulemap") }
        + files(under: "pipelines", endingIn: "") + files(under: ".ci", endingIn: "")
        + ["README.md", "Package.swift"].filter(exists).map { File(path: $0, text: text(of: $0)) }

    static func text(of path: String) -> String {
        (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    /// The names of the folders directly in a folder.
    static func folders(in path: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: path).path)) ?? []
        return names.filter { isFolder("\(path)/\($0)") }.sorted()
    }

    /// All files in a folder and below whose names end with one of the given texts, by path.
    ///
    /// Hidden files are skipped.
    static func files(under folder: String, endingIn endings: String...) -> [File] {
        paths(under: folder)
            .filter { path in endings.contains { $0.isEmpty || path.hasSuffix($0) } }
            .map { File(path: $0, text: text(of: $0)) }
    }

    /// The files in version control or, without it, in the folder.
    static func topLevelEntries() throws -> Set<String> {
        let git = Process()
        git.executableURL = URL(filePath: "/usr/bin/env")
        // A checkout that belongs to another user, as in a container, can be read too.
        git.arguments = ["git", "-c", "safe.directory=*", "-C", root.path, "ls-files", "-z"]
        let output = Pipe()
        git.standardOutput = output
        git.standardError = FileHandle.nullDevice
        try git.run()
        let listing = try output.fileHandleForReading.readToEnd() ?? Data()
        git.waitUntilExit()
        let paths =
            git.terminationStatus == 0 && !listing.isEmpty
            ? String(decoding: listing, as: UTF8.self).split(separator: "\0").map(String.init)
            : try FileManager.default.contentsOfDirectory(atPath: root.path)
        return Set(paths.map { String($0.prefix { $0 != "/" }) })
    }

    private static func paths(under folder: String) -> [String] {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
        return names.map { "\(folder)/\($0)" }
            .filter { !isFolder($0) && !$0.contains("/.") && !$0.contains("__pycache__") }
            .sorted()
    }

    private static func isFolder(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: root.appending(path: path).path)
        return attributes?[.type] as? FileAttributeType == .typeDirectory
    }
}
