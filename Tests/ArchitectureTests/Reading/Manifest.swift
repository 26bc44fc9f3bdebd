/// The declarations of `Package.swift`, read as text: targets, their dependencies, and their outside products.
struct Manifest {
    /// A target of the program, not a test or a benchmark.
    struct Target: Equatable {
        var name: String
        /// Targets of this package.
        var targets: Set<String> = []
        /// Products of outside packages.
        var products: Set<String> = []
    }

    let targets: [Target]

    init(_ source: String) {
        let text = SwiftText(source).withoutComments
        targets = [".systemLibrary(", ".target(", ".executableTarget("]
            .flatMap { call in
                Self.arguments(ofCalls: call, in: text[...]).compactMap(Self.target)
            }
    }

    func target(_ name: String) -> Target? {
        targets.first { $0.name == name }
    }

    private static func target(_ arguments: Substring) -> Target? {
        guard let name = literals(in: arguments).first, arguments.trimmed.hasPrefix("name:"),
            !arguments.contains("path: \"Tests/")
        else { return nil }
        var target = Target(name: name)
        guard let start = arguments.firstRange(of: "dependencies:")?.upperBound,
            let list = arguments[start...].enclosed(by: "[", "]")
        else { return target }
        let products = Self.arguments(ofCalls: ".product(", in: list)
        target.products = Set(products.compactMap { literals(in: $0).first })
        let packages = Set(products.compactMap { literals(in: $0).last })
        target.targets = Set(literals(in: list)).subtracting(target.products).subtracting(packages)
        return target
    }

    /// The text between the parentheses of every call with this name.
    private static func arguments(ofCalls call: String, in text: Substring) -> [Substring] {
        var found: [Substring] = []
        var rest = text
        while let match = rest.firstRange(of: call) {
            let open = rest.index(before: match.upperBound)
            if let arguments = rest[open...].enclosed(by: "(", ")") { found.append(arguments) }
            rest = rest[match.upperBound...]
        }
        return found
    }

    private static func literals(in text: Substring) -> [String] {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
    }
}

extension Substring {
    /// The text between the first opening mark and its closing mark.
    func enclosed(by open: Character, _ close: Character) -> Substring? {
        guard let start = firstIndex(of: open) else { return nil }
        var depth = 0
        for index in self[start...].indices {
            if self[index] == open { depth += 1 }
            if self[index] == close { depth -= 1 }
            if depth == 0 { return self[self.index(after: start)..<index] }
        }
        return nil
    }

    fileprivate var trimmed: Substring {
        drop { $0.isWhitespace }
    }
}
