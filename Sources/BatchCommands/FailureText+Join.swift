import BatchJoin

extension FailureText {
    /// The warning before an export whose join sources cannot be opened.
    static func unreadableJoin(_ error: any Error) -> String {
        let text = FailureText.describing(error).sentenceWithAdvice
        return "\(text) The results are archived without the join, which is tried again at the end."
    }

    init(_ failure: JoinFailure) {
        let path = failure.path
        switch failure.cause {
        case .notFound:
            self.init("There is no join source \(path).", status: .usage)
        case .notAFile:
            self.init("The join source \(path) is no file.", status: .usage)
        case .unknownFormat:
            self.init(
                "The format of the join source \(path) cannot be told from its name.",
                advice:
                    "Say it with --join-format; known endings are .jsonl, .ndjson, .json, .csv, .tsv, each also with .gz.",
                status: .usage
            )
        case .noKeyColumn(let name, let found):
            let names = found.prefix(20).joined(separator: ", ")
            self.init(
                "The join source \(path) has no \(name); it has \(names.isEmpty ? "nothing" : names).",
                advice: "Name the member or column that holds the custom_id with --join-key.",
                status: .usage
            )
        case .repeatedColumn(let name):
            self.init("The join source \(path) has two columns \(name).", advice: "Rename one.", status: .usage)
        case .row(let line, let byte, let reason):
            self.init(
                "The join source \(path) cannot be read at line \(line), byte \(byte): \(reason).",
                advice:
                    "Correct it (a custom_id is text: a number needs quotes), or go on behind such rows with --join-errors skip."
            )
        case .encoding(let name):
            self.init(
                "The join source \(path) is \(name).",
                advice: "Convert it: iconv -f \(name) -t UTF-8.",
                status: .usage
            )
        case .gzip(let reason):
            self.init("The join source \(path) is damaged: \(reason).")
        case .changed:
            self.init(
                "The join source \(path) changed while it was read.",
                advice: "Run it again when nobody writes to the file."
            )
        case .tooLarge:
            self.init("The join source \(path) holds more than 1 TiB.", advice: "Split it.", status: .usage)
        case .database(let reason):
            self.init("The database \(path) cannot be joined with: \(reason).", status: .usage)
        case .locked(let seconds):
            self.init(
                "The database \(path) is locked by another program, for more than \(seconds) s.",
                advice: "Run it again when that program has finished."
            )
        case .unmergedChanges(let file):
            self.init(
                "The database \(path) cannot be read here: its latest changes are in \(file).",
                advice: "Copy both files into a folder that can be written to, and join with the copy."
            )
        case .name(let name):
            self.init(
                "The join source \(path) would be called \(name), which is taken.",
                advice: "Metadata stands under the stem of its file: rename the file.",
                status: .usage
            )
        case .noRequests:
            self.init(
                "The source \(path) holds no requests.",
                advice: "Name the files the batches were submitted from: objects with custom_id and params.",
                status: .usage
            )
        case .noBatch:
            self.init(
                "--require-all cannot tell to which batch an id of \(path) belongs.",
                advice: "Use {batch_id} in the path, a column batch_id, or export one --batch.",
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
