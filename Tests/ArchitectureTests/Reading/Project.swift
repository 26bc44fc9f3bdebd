import Foundation

/// The files of the project that has this test.
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

        /// The name without folders and without what follows the first dot.
        var stem: String {
            String((path.split(separator: "/").last ?? "").prefix { $0 != "." })
        }

        /// `BatchArchive` of `Sources/BatchArchive/Files/OpenFile.swift`.
        var target: String {
            path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        }
    }

    /// A Swift file with its code separated from its comments.
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

    /// Every file a person of the project wrote and that is text.
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

    /// The names of folders right below one.
    static func folders(in path: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: path).path)) ?? []
        return names.filter { isFolder("\(path)/\($0)") }.sorted()
    }

    /// All files below a folder whose names end in one of the given ways, by path.
    ///
    /// Hidden ones are left out.
    static func files(under folder: String, endingIn endings: String...) -> [File] {
        paths(under: folder)
            .filter { path in endings.contains { $0.isEmpty || path.hasSuffix($0) } }
            .map { File(path: $0, text: text(of: $0)) }
    }

    /// What version control holds or, without it, what the folder holds.
    static func topLevelEntries() throws -> Set<String> {
        let git = Process()
        git.executableURL = URL(filePath: "/usr/bin/env")
        // A checkout that belongs to somebody else, as in a container, is read all the same.
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
