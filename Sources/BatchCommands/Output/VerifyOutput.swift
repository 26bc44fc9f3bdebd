import BatchArchive
import JSONLines
import Tables

/// Writes the result of `verify`: what is wrong and the totals as text, or one JSON document with all files.
///
/// The text has one line per file with a mark and a path; intact files are included if `isVerbose`.
struct VerifyOutput {
    private let isJSON: Bool
    private let context: CommandContext
    private let isVerbose: Bool
    /// Whether a hint names the command that repairs; not after a repair.
    private let suggestsRepair: Bool
    private var counts: [VerifiedFile.Mark: Int] = [:]
    private var outdated = 0
    /// The paths of copies without raw files.
    private var copies: [String] = []
    private var depth = ""
    private var archivePath = ""

    init(isJSON: Bool, isVerbose: Bool, suggestsRepair: Bool, context: CommandContext) {
        self.isVerbose = isVerbose
        self.suggestsRepair = suggestsRepair
        self.isJSON = isJSON
        self.context = context
    }

    /// Whether any file is not intact.
    var isDamaged: Bool { counts.contains { $0.key != .intact } }

    mutating func begin(_ path: String, depth: String) throws {
        (self.depth, archivePath) = (depth, path)
        guard isJSON else { return }
        try write("{\"archive\":\(Self.json(.text(path))),\"depth\":\(Self.json(.text(depth))),\"files\":[")
    }

    mutating func add(_ file: VerifiedFile, in archive: ArchiveFolders.Entry) throws {
        let path = (archive.source.map { "workspace=\($0)/" } ?? "") + file.path
        let isFirst = counts.isEmpty
        counts[file.mark, default: 0] += 1
        if file.isOutdated { outdated += 1 }
        if isJSON {
            try write("\(isFirst ? "\n" : ",\n")\(Self.json(Self.node(file, path)))")
        } else if isVerbose || file.mark != .intact {
            try context.print(line: "\(file.mark.rawValue) \(path)\(Self.remark(on: file))")
        }
    }

    /// Records that an archive is a copy without raw files, of which less can be checked.
    mutating func addCopyWithoutRaw(_ path: String) {
        copies.append(path)
    }

    /// Ends the document, and reports the work that interrupted runs have left in each archive.
    ///
    /// `status` is the exit status of the command.
    func finish(_ pending: [(path: String, work: PendingWork)], status: ExitStatus) throws {
        let damaged = counts.reduce(0) { $0 + ($1.key == .intact ? 0 : $1.value) }
        if isJSON {
            let marks: [(String, JSONNode?)] = counts.map { ($0.key.rawValue, .number($0.value)) }
            let work = pending.map { JSONNode.object([("archive", .text($0.path)), ("work", $0.work.node)]) }
            try write(
                "\n],\"counts\":\(Self.json(.sorted(marks))),\"outdated\":\(outdated),"
                    + "\"copies_without_raw\":\(Self.json(.array(copies.map { .text($0) }))),"
                    + "\"unwritten_files\":\(Self.json(.array(work))),\"exit_status\":\(status.rawValue)}\n"
            )
        } else {
            try context.print(line: total)
        }
        for path in copies {
            context.report(
                .note,
                "\(path) is a copy without raw files: manifests and rows were compared with each other, not with the answers"
            )
        }
        if outdated > 0 {
            let files = outdated.counted("file is", "files are")
            context.report(.note, "\(files) outdated: written by an earlier version")
        }
        for (path, work) in pending {
            for message in work.messages(archivePath: path) {
                context.report(.warning, message.text, hint: message.hint)
            }
        }
        if !copies.isEmpty, damaged > 0 {
            context.report(.hint, "restore the copy again: restore.sh downloads only what is missing")
        } else if suggestsRepair, damaged + outdated > 0 {
            context.report(.hint, "batchkeep verify --repair --archive \(archivePath.shellQuoted)")
        }
    }

    /// `75 files verified (checksums): 73 intact, 1 different, 1 missing`.
    private var total: String {
        let files = counts.values.reduce(0, +).counted("file", "files")
        let parts = VerifiedFile.Mark.allCases
            .compactMap { mark -> String? in
                let count = counts[mark] ?? 0
                return count > 0 || mark == .intact ? "\(count.displayText) \(mark.word)" : nil
            }
        return "\(files) verified (\(depth)): \(parts.joined(separator: ", "))"
    }

    private func write(_ json: String) throws {
        try context.writeJSON(Array(json.utf8))
    }

    /// The remark after the path of a file: `: the checksum of a gzip member is wrong (member 3, byte 1048)`.
    private static func remark(on file: VerifiedFile) -> String {
        guard let reason = file.reason else { return file.isOutdated ? ": outdated" : "" }
        let places = [file.member.map { "member \($0)" }, file.byteOffset.map { "byte \($0)" }].compactMap { $0 }
        return ": \(reason)" + (places.isEmpty ? "" : " (\(places.joined(separator: ", ")))")
    }

    private static func node(_ file: VerifiedFile, _ path: String) -> JSONNode {
        var members: [(String, JSONNode)] = [("path", .text(path)), ("mark", .text(file.mark.rawValue))]
        if let id = file.batchID { members.append(("batch_id", .text(id))) }
        if let reason = file.reason { members.append(("reason", .text(reason))) }
        if let member = file.member { members.append(("member", .number(member))) }
        if let byte = file.byteOffset { members.append(("byte", .number(byte))) }
        if file.isOutdated { members.append(("outdated", .verbatim(Array("true".utf8)))) }
        return .object(members)
    }

    private static func json(_ node: JSONNode) -> String {
        String(decoding: node.text, as: UTF8.self)
    }
}

extension VerifiedFile.Mark {
    /// The word for files with this mark in the totals.
    fileprivate var word: String {
        switch self {
        case .intact: "intact"
        case .missing: "missing"
        case .extra: "unknown"
        case .different: "different"
        case .unreadable: "unreadable"
        }
    }
}
