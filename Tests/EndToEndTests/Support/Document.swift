import Foundation
import Testing

/// A document for users: README, or a page of the documentation.
struct Document: Sendable, CustomTestStringConvertible {
    static let readme = Document(path: "README.md")

    /// The pages about the use of the program: all but the decisions and the guides.
    static let pages: [Document] = {
        let folder = Program.package.appending(path: pageFolder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".md") }.sorted().map { Document(path: "\(pageFolder)/\($0)") }
    }()

    private static let pageFolder = "Sources/BatchPipeline/BatchPipeline.docc"

    /// The path from the root of the package.
    let path: String

    /// The name without folders and ending.
    let name: String

    let text: String

    var testDescription: String { name }

    init(path: String) {
        let url = Program.package.appending(path: path)
        self.path = path
        name = url.deletingPathExtension().lastPathComponent
        text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    }

    static func page(_ name: String) -> Document {
        Document(path: "\(pageFolder)/\(name).md")
    }

    /// The contents of the fenced blocks of one language, in order.
    func blocks(_ language: String) -> [String] {
        var blocks: [String] = []
        var isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isInside = line == "```\(language)"
                if isInside { blocks.append("") }
            } else if isInside {
                blocks[blocks.count - 1] += line + "\n"
            }
        }
        return blocks
    }

    /// The indented lines of a section, without their indent.
    func indentedLines(below heading: String) -> [String] {
        let section = text.split(separator: "\n").drop { $0 != "## \(heading)" }.dropFirst()
        return section.prefix { !$0.hasPrefix("## ") }.filter { $0.hasPrefix("    ") }
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
