import BatchCatalog

extension FailureText {
    init(_ failure: ResultIndexFailure) {
        switch failure {
        case .unusable(let path, let reason):
            self.init(
                "The result index \(path) cannot be used: \(reason).",
                advice: "It can be removed at any time; the next query fills it again. select needs no index."
            )
        case .busy(let path):
            self.init(
                "Another command is filling the result index \(path).",
                advice: "Ask again when it has ended. select needs no index.",
                status: .busy
            )
        case .badQuery(let reason):
            self.init(
                "The query cannot be run: \(reason).",
                advice: "See the tables and columns with: batchkeep query --schema",
                status: .usage
            )
        case .badRow(let id):
            self.init(
                "A flat row of batch \(id) cannot be read.",
                advice: "Run: batchkeep verify --full --batch \(id)",
                status: .integrity
            )
        }
    }
}
