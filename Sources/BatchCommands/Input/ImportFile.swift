import BatchArchive
import BatchPipeline
import BlockGzip
import MessageBatches
import SystemPackage

/// A results file to import, whose batch is known.
struct ImportFile: Sendable {
    let path: String
    let batchID: String
    /// When the file was changed.
    let changedAt: Timestamp

    /// The reason why a file is refused, with a hint.
    struct Refusal: Error {
        var batchID: String?
        let reason: String
        let advice: String
    }

    /// The number of bytes that show of which format a line is.
    private static let recognized = 4_194_304

    /// Finds the batch of a file by its name, or by `id`, and looks at the file's first line.
    init(_ path: String, id: String?) async throws(Refusal) {
        self.path = path
        do throws(ArchiveFailure) {
            guard let status = try FileStatus.of(path) else {
                throw ArchiveFailure(.system(.noSuchFileOrDirectory), .read, path: path)
            }
            guard status.kind == .file else { throw ArchiveFailure(.notAFile(status.kind), .read, path: path) }
            changedAt = Timestamp(nanoseconds: Int128(status.modified))
        } catch {
            throw Refusal(batchID: id, reason: Self.describe(error), advice: "name the results files of batches")
        }
        guard let id = id ?? Self.batchID(in: path) else {
            let reason = "its name does not contain a batch ID, as msgbatch_…_results.jsonl does"
            throw Refusal(reason: reason, advice: "use --batch ID, with one file per command")
        }
        batchID = id
        // A file that cannot be read is reported when it is imported, as damage of its batch.
        guard let line = try? await body.firstLine(limit: Self.recognized), let kind = ForeignLine(line) else { return }
        throw Refusal(batchID: id, reason: kind.clause, advice: kind.advice)
    }

    /// The name of the file without its folder.
    var name: String { String(Self.name(of: path)) }

    /// The content of the file.
    var body: ResultFileBody { ResultFileBody(path, describe: Self.describe) }

    /// The batch ID in the name of a file: `msgbatch_` and the letters and digits after it.
    static func batchID(in path: String) -> String? {
        let prefix = "msgbatch_"
        let name = name(of: path)
        guard let start = name.firstRange(of: prefix) else { return nil }
        let rest = name[start.upperBound...].prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }
        let id = prefix + rest
        return rest.isEmpty || !MessageBatch.isSafeID(id) ? nil : id
    }

    private static func name(of path: String) -> Substring {
        path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
    }

    /// The failure as a clause, without the path, which the messages have already.
    private static func describe(_ failure: ArchiveFailure) -> String {
        switch failure.cause {
        case .gzip(let gzip): "gzip member \(gzip.member), byte \(gzip.byteOffset): \(gzip.reason.clause)"
        case .system(let code): "cannot \(failure.operation.rawValue) it: \(code.description.lowercased())"
        case .notAFile(let kind): "not a file, but \(kind.rawValue)"
        default: FailureText(failure).sentence
        }
    }
}

extension ForeignLine {
    /// What the file contains instead of results, as a clause.
    fileprivate var clause: String {
        let content =
            switch self {
            case .bedrock: "output of Amazon Bedrock"
            case .vertex: "output of a batch prediction of Google Cloud"
            case .openAI: "lines of OpenAI's batch API"
            case .request: "requests"
            case .batch: "batch objects"
            case .array: "a JSON array"
            }
        return "it contains \(content), not results of message batches"
    }

    fileprivate var advice: String {
        switch self {
        case .bedrock, .vertex: "convert the lines with jq: see the page 'Import files' of the documentation"
        case .openAI: "the results of other models cannot be archived"
        case .request: "to join requests with results: batchkeep join --join FILE"
        case .batch: "use batch objects with --batches"
        case .array: "write one result per line: jq -c '.[]' FILE"
        }
    }
}
