import BatchArchive
import Foundation
import MessageBatches
import Yams

/// Reads a pipeline file and collects all problems in it.
struct PipelineReader {
    private let path: String
    /// Whether a file that an option names and that is missing is a problem.
    private let checksFiles: Bool
    private var problems: [PipelineProblem] = []

    private init(path: String, checksFiles: Bool) {
        self.path = path
        self.checksFiles = checksFiles
    }

    /// The file as far as it can be read, and all problems of its form.
    static func read(_ path: String, checksFiles: Bool = false) -> (file: PipelineFile, problems: [PipelineProblem]) {
        var reader = PipelineReader(path: path, checksFiles: checksFiles)
        let file = reader.file()
        return (file, reader.problems)
    }

    private mutating func file() -> PipelineFile {
        var file = PipelineFile(path: path)
        guard let root = root() else { return file }
        let keys = [PipelineKey.keyVariable, PipelineKey.sources, PipelineKey.parallel]
        for member in members(of: root, others: keys) {
            switch member.name {
            case PipelineKey.sources: file.sources = sources(in: member.value, member.place)
            case PipelineKey.parallel: file.parallel = parallel(in: member.value, member.place)
            default: add(member, to: &file.settings)
            }
        }
        return file
    }

    /// The root of the YAML document, or nil if the file is unreadable, invalid or empty.
    private mutating func root() -> Node? {
        do throws(CommandFailure) {
            guard let data = try InputFile.pipeline.read(path), let text = String(validating: data, as: UTF8.self)
            else {
                report(.unreadable, .start)
                return nil
            }
            return root(of: text)
        } catch {
            report(.tooLarge, .start)
            return nil
        }
    }

    private mutating func root(of text: String) -> Node? {
        do {
            guard let root = try Yams.compose(yaml: text) else {
                report(.notAMapping, .start)
                return nil
            }
            return root
        } catch {
            report(error)
            return nil
        }
    }

    // MARK: Sources

    private mutating func sources(in node: Node, _ place: PipelineFile.Place) -> [PipelineFile.Source] {
        guard let list = node.sequence else {
            report(.wrongForm(PipelineKey.sources, wanted: "a list"), place)
            return []
        }
        if list.isEmpty { report(.noSources, place) }
        var sources: [PipelineFile.Source] = []
        for node in list {
            guard let source = source(in: node, place) else { continue }
            if sources.contains(where: { $0.name == source.name }) { report(.repeatedName(source.name), source.place) }
            sources.append(source)
        }
        return sources
    }

    private mutating func source(in node: Node, _ listPlace: PipelineFile.Place) -> PipelineFile.Source? {
        let place = node.place ?? listPlace
        var name: String?
        var settings = PipelineFile.Settings()
        for member in members(of: node, others: [PipelineKey.keyVariable, PipelineKey.name]) {
            if member.name == PipelineKey.name {
                name = self.name(in: member.value, member.place)
            } else if PipelineKey.named(member.name)?.isShared == true {
                report(.topLevelOnly(member.name), member.place)
            } else {
                add(member, to: &settings)
            }
        }
        if node.isMapping, node[PipelineKey.name] == nil { report(.noName, place) }
        return name.map { PipelineFile.Source(name: $0, settings: settings, place: place) }
    }

    /// Checks the name of a source, which becomes part of a path and a label of metrics.
    private mutating func name(in node: Node, _ place: PipelineFile.Place) -> String? {
        guard let text = scalar(node, of: PipelineKey.name, place) else { return nil }
        guard ArchiveFolders.isSourceName(text) else {
            report(.badName(text), place)
            return nil
        }
        return text
    }

    private mutating func parallel(in node: Node, _ place: PipelineFile.Place) -> Int {
        guard let number = node.int, (1...64).contains(number) else {
            report(.wrongForm(PipelineKey.parallel, wanted: "a whole number from 1 to 64"), place)
            return 1
        }
        return number
    }

    // MARK: Settings

    private mutating func add(_ member: Member, to settings: inout PipelineFile.Settings) {
        if member.name == PipelineKey.keyVariable {
            settings.keyVariable = variable(in: member.value, member.place)
        } else if let key = PipelineKey.named(member.name), let values = values(of: key, in: member) {
            let setting = PipelineFile.Setting(key: key, values: values, place: member.place)
            settings.options.append(setting)
            for path in values where key.isPath && path.hasPrefix("~/") {
                report(.homePath(key: key.name, path: path), member.place)
            }
            for path in values.compactMap(key.file(in:))
            where checksFiles && !path.hasPrefix("~/") && !FileManager.default.isReadableFile(atPath: path) {
                report(.missingFile(key: key.name, path: path), member.place)
            }
        }
        let keySources = [PipelineKey.keyVariable] + PipelineKey.keyOptions
        let given = keySources.filter { name in
            settings.options.contains { $0.key.name == name }
                || (name == PipelineKey.keyVariable && settings.keyVariable != nil)
        }
        if given.count > 1, keySources.contains(member.name) { report(.severalKeys(given), member.place) }
    }

    private mutating func variable(in node: Node, _ place: PipelineFile.Place) -> String? {
        guard let text = scalar(node, of: PipelineKey.keyVariable, place) else { return nil }
        let bytes = Array(text.utf8)
        let isName = bytes.allSatisfy { $0 == 0x5F || $0.isASCIILetter || $0.isDigit }
        guard isName, bytes.first.map({ !$0.isDigit }) ?? false else {
            report(.badVariable, place)
            return nil
        }
        return text
    }

    private mutating func values(of key: PipelineKey, in member: Member) -> [String]? {
        switch key.form {
        case .flag:
            guard let value = member.value.bool else {
                report(.wrongForm(key.name, wanted: "true or false"), member.place)
                return nil
            }
            return [value ? "true" : "false"]
        case .values:
            guard let list = member.value.sequence else { fallthrough }
            let values = list.compactMap { scalar($0, of: key.name, $0.place ?? member.place) }
            if list.isEmpty { report(.wrongForm(key.name, wanted: "at least one value"), member.place) }
            return values
        case .value:
            return scalar(member.value, of: key.name, member.place).map { [$0] }
        }
    }

    private mutating func scalar(_ node: Node, of key: String, _ place: PipelineFile.Place) -> String? {
        guard case .scalar(let scalar) = node, node.null == nil, !scalar.string.isEmpty else {
            report(.wrongForm(key, wanted: "one value"), place)
            return nil
        }
        return scalar.string
    }

    // MARK: Members

    private struct Member {
        let name: String
        let place: PipelineFile.Place
        let value: Node
    }

    /// The members of a mapping whose keys are options or in `others`.
    ///
    /// Reports all other keys.
    private mutating func members(of node: Node, others: [String]) -> [Member] {
        guard let mapping = node.mapping else {
            report(.notAMapping, node.place ?? .start)
            return []
        }
        let known = PipelineKey.options.map(\.name) + others
        var members: [Member] = []
        for (key, value) in mapping {
            let place = key.place ?? .start
            let name = key.scalar?.string ?? ""
            if known.contains(name) {
                members.append(Member(name: name, place: place, value: value))
            } else if let nearest = NearestName.of(name, in: known) {
                report(.unknownKey(name, nearest: nearest), place)
            } else {
                report(name.lowercased().contains("key") ? .secret(name) : .unknownKey(name, nearest: nil), place)
            }
        }
        return members
    }

    private mutating func report(_ reason: PipelineProblem.Reason, _ place: PipelineFile.Place) {
        problems.append(PipelineProblem(reason: reason, place: place))
    }

    private mutating func report(_ error: any Error) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            report(.syntax(problem), PipelineFile.Place(mark))
        case .duplicatedKeysInMapping(let keys, let context):
            report(.repeatedKey(keys.first ?? ""), PipelineFile.Place(context.mark))
        default:
            report(.syntax("it contains characters that YAML does not allow"), .start)
        }
    }
}

extension PipelineFile.Place {
    fileprivate init(_ mark: Mark) {
        self.init(line: mark.line, column: mark.column)
    }
}

extension Node {
    fileprivate var place: PipelineFile.Place? {
        mark.map { PipelineFile.Place($0) }
    }

    fileprivate var isMapping: Bool {
        mapping != nil
    }
}

extension UInt8 {
    fileprivate var isASCIILetter: Bool {
        (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}
