import BatchArchive
import JSONLines
import MessageBatches

/// The format of the files to submit.
package enum RetryForm: String, Sendable, CaseIterable {
    /// `{"requests":[…]}`, ready to post.
    case body
    /// One request per line.
    case jsonl

    var suffix: String { self == .body ? "json" : "jsonl" }
}

/// A complete file of requests.
package struct RetryPart: Sendable, Hashable {
    /// The path of the file.
    package var path: String
    package var requests: Int
    package var bytes: Int
}

/// Writes request files, each with a lineage file, under hidden names until all are complete.
///
/// Used by one task.
final class RetryWriter {
    private let folder: ArchiveFolder
    private let form: RetryForm
    private var splitter: RequestFileSplitter
    private var parts: [Int: Part] = [:]
    private var finished: [RetryPart] = []
    private var notFound: LineFile
    private var isPrepared = false
    private static let notFoundName = "not-found.ndjson"

    /// A request file and its lineage file.
    private final class Part {
        var requests: LineFile
        var lineage: LineFile
        var count = 0

        init(requests: consuming LineFile, lineage: consuming LineFile) {
            self.requests = requests
            self.lineage = lineage
        }
    }

    init(in folder: ArchiveFolder, form: RetryForm, splitter: RequestFileSplitter) {
        self.folder = folder
        self.form = form
        self.splitter = splitter
        notFound = LineFile(Self.notFoundName, in: folder)
    }

    /// Creates the folder before its first file, so that a run that writes nothing needs no folder of its own.
    ///
    /// - Throws: ``ArchiveFailure`` that ``ArchiveFailure/isExistingFile`` if the folder contains files of an earlier run.
    private func prepareFolder() throws(ArchiveFailure) {
        guard !isPrepared else { return }
        try folder.makeFolder("")
        if let old = try folder.names(in: "").first(where: { $0.hasPrefix("retry-") || $0 == Self.notFoundName }) {
            throw ArchiveFailure.existingFile(folder.path(old))
        }
        isPrepared = true
    }

    /// Adds a request; returns the name of its file, or nil if it exceeds the size limit of a body.
    ///
    /// - Throws: ``ArchiveFailure`` that ``ArchiveFailure/isExistingFile`` if the folder contains files of an earlier run.
    func append(_ request: [UInt8], id: [UInt8], origin: RetryOrigin) throws(ArchiveFailure) -> String? {
        try prepareFolder()
        let isOneLine = !request.contains(0x0A) && !request.contains(0x0D)
        let request = form == .body || isOneLine ? request : JSONCompaction.compacted(request)
        guard let (number, closed) = splitter.assign(id: id, bytes: request.count) else { return nil }
        for number in closed { try close(number) }
        let part = part(number)
        switch form {
        case .body: try part.requests.append(Array((part.count == 0 ? "{\"requests\":[" : ",").utf8) + request)
        case .jsonl: try part.requests.append(request + [0x0A])
        }
        part.count += 1
        try part.lineage.append(origin.line(part: name(number)))
        return name(number)
    }

    /// Records a result whose request is in no source.
    func appendNotFound(_ origin: RetryOrigin) throws(ArchiveFailure) {
        try prepareFolder()
        try notFound.append(origin.line(part: nil))
    }

    /// Renames the files to their final names.
    func finish() throws(ArchiveFailure) -> [RetryPart] {
        guard isPrepared else { return [] }
        for number in parts.keys.sorted() { try close(number) }
        finished.sort { $0.path < $1.path }
        for part in finished.indices {
            try folder.rename(LineFile.hidden(name(part)), to: name(part))
            try folder.rename(LineFile.hidden(lineageName(part)), to: lineageName(part))
        }
        if try notFound.close() > 0 { try folder.rename(LineFile.hidden(Self.notFoundName), to: Self.notFoundName) }
        try folder.sync("")
        return finished
    }

    /// Removes the files that were written.
    func discard() {
        guard isPrepared else { return }
        for number in 0..<splitter.count {
            // If a file cannot be removed, it stays hidden.
            try? folder.remove(LineFile.hidden(name(number)))
            try? folder.remove(LineFile.hidden(lineageName(number)))
        }
        try? folder.remove(LineFile.hidden(Self.notFoundName))
    }

    private func part(_ number: Int) -> Part {
        if let part = parts[number] { return part }
        let part = Part(
            requests: LineFile(name(number), in: folder),
            lineage: LineFile(lineageName(number), in: folder)
        )
        parts[number] = part
        return part
    }

    private func close(_ number: Int) throws(ArchiveFailure) {
        guard let part = parts.removeValue(forKey: number) else { return }
        if form == .body { try part.requests.append(Array("]}\n".utf8)) }
        let bytes = try part.requests.close()
        _ = try part.lineage.close()
        finished.append(RetryPart(path: folder.path(name(number)), requests: part.count, bytes: bytes))
    }

    /// The file name of a part; numbers have at least four digits, so that names sort like numbers.
    private func name(_ number: Int) -> String { "\(stem(number)).\(form.suffix)" }
    private func lineageName(_ number: Int) -> String { "\(stem(number)).lineage.ndjson" }

    private func stem(_ number: Int) -> String {
        let digits = String(number + 1)
        return "retry-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

/// The origin of a request that is submitted again.
struct RetryOrigin {
    var batchID: String
    /// The `custom_id` as a JSON string with quotes.
    var id: [UInt8]
    var reason: String

    /// The line in a lineage file, in the list of requests that were not found, or in the record of a retry.
    func line(part: String?, retriedAt: Timestamp? = nil) -> [UInt8] {
        var members: [(String, JSONNode)] = [
            ("batch_id", .text(batchID)), ("custom_id", .verbatim(id)), ("reason", .text(reason)),
        ]
        if let part { members.insert(("part", .text(part)), at: 0) }
        if let retriedAt { members.append(("retried_at", .text(retriedAt.text))) }
        return JSONNode.object(members).line
    }
}

/// A file of lines that is created with its first line and hidden until it is renamed.
struct LineFile: ~Copyable {
    private let name: String
    private let folder: ArchiveFolder
    private var file: OpenFile?
    private var pending: [UInt8] = []
    private var bytes = 0

    init(_ name: String, in folder: ArchiveFolder) {
        self.name = name
        self.folder = folder
    }

    static func hidden(_ name: String) -> String { ".\(name).part" }

    mutating func append(_ line: [UInt8]) throws(ArchiveFailure) {
        pending += line
        if pending.count >= 1_048_576 { try flush() }
    }

    /// Writes the remaining lines, syncs the file, and returns its size.
    mutating func close() throws(ArchiveFailure) -> Int {
        try flush()
        try file?.sync()
        file = nil
        return bytes
    }

    private mutating func flush() throws(ArchiveFailure) {
        guard !pending.isEmpty else { return }
        if file == nil { file = try folder.open(Self.hidden(name), .creating) }
        try file?.write(pending.span)
        bytes += pending.count
        pending.removeAll(keepingCapacity: true)
    }
}
