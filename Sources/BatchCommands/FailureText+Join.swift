import BatchJoin

extension FailureText {
    /// The warning before an export whose join sources cannot be opened.
    static func unreadableJoin(_ error: any Error) -> String {
        "\(FailureText.describing(error).sentenceWithAdvice); the results are archived first, then the join is tried again"
    }

    init(_ failure: JoinFailure) {
        let path = failure.path
        switch failure.cause {
        case .notFound:
            self.init("join source '\(path)': not found", status: .usage)
        case .notAFile:
            self.init("join source '\(path)': not a file", status: .usage)
        case .unknownFormat:
            self.init(
                "join source '\(path)': unknown format",
                advice: "use --join-format, or a name that ends in .jsonl, .ndjson, .json, .csv or .tsv, also with .gz",
                status: .usage
            )
        case .noTable:
            self.init(
                "join source '\(path)': the table name is missing",
                advice: "use FILE.sqlite#TABLE, FILE.sqlite3#TABLE or FILE.db#TABLE",
                status: .usage
            )
        case .noKeyColumn(let name, let found):
            let names = found.prefix(20).joined(separator: ", ")
            self.init(
                "join source '\(path)': column '\(name)' not found: it has \(names.isEmpty ? "no columns" : names)",
                advice: NearestName.of(name, in: found).map { "did you mean --join-key \($0.shellQuoted)?" }
                    ?? "use --join-key with the column that contains the custom_id",
                status: .usage
            )
        case .repeatedColumn(let name):
            self.init("join source '\(path)': two columns '\(name)'", advice: "rename one of them", status: .usage)
        case .row(let line, let byte, let reason):
            self.init(
                "join source '\(path)': line \(line), byte \(byte): \(reason)",
                advice: "correct the row, or add --join-errors skip (a custom_id is text: a number needs quotes)"
            )
        case .encoding(let name):
            self.init(
                "join source '\(path)': encoded as \(name), but must be UTF-8",
                advice: "convert it: iconv -f \(name) -t UTF-8 \(path.shellQuoted)",
                status: .usage
            )
        case .gzip(let reason):
            self.init("join source '\(path)': damaged: \(reason)")
        case .changed:
            self.init(
                "join source '\(path)': changed while it was read",
                advice: "run the same command again when no other program writes to the file"
            )
        case .tooLarge:
            self.init("join source '\(path)': larger than 1 TiB", advice: "split it", status: .usage)
        case .database(let reason):
            self.init("database '\(path)': \(reason)", status: .usage)
        case .locked(let seconds):
            self.init(
                "database '\(path)': locked by another program for more than \(seconds) s",
                advice: "run the same command again when that program has ended"
            )
        case .unmergedChanges(let file):
            self.init(
                "database '\(path)': cannot be read here: its latest changes are in '\(file)'",
                advice: "copy both files to a writable folder, and join with the copy"
            )
        case .name(let name):
            self.init(
                "join source '\(path)': the name '\(name)' is already used",
                advice: "rename the file: metadata is stored under the name of its file",
                status: .usage
            )
        case .noRequests:
            self.init(
                "join source '\(path)': contains no requests",
                advice: "use the files that were submitted as batches: objects with custom_id and params",
                status: .usage
            )
        case .retryRecord(let line):
            self.init(
                "record of an earlier retry '\(path)': line \(line): damaged",
                advice: "remove the file, or add --again to write all requests again",
                status: .integrity
            )
        case .retryRunning:
            self.init(
                "archive '\(path)': another retry writes request files",
                advice: "run the same command again when it has ended",
                status: .busy
            )
        case .noBatch:
            self.init(
                "--require-all: cannot assign the IDs in '\(path)' to batches",
                advice: "use {batch_id} in the path, add a column batch_id, or export one --batch",
                status: .usage
            )
        }
    }
}

extension UnmatchedPattern {
    /// The warning that no batch has a file, with the files that exist.
    var sentence: String {
        let files =
            switch names {
            case nil: "the folder '\(folder)' does not exist"
            case []?: "the folder '\(folder)' is empty"
            case let names?: "the folder '\(folder)' has \(names.listed(maximum: 3))"
            }
        return "no file matches '\(path)' for any selected batch ('\(example)' not found): \(files)"
    }
}
