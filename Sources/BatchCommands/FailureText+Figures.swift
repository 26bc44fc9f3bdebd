import BatchAnalytics
import Prices

extension FailureText {
    init(_ failure: FigureFailure) {
        switch failure {
        case .unreadablePrices(let path):
            self.init("The price file \(path) is not there or cannot be read.", status: .usage)
        case .prices(let path, let error): self.init(error, in: path)
        case .grouping(.unknown(let name)):
            self.init(
                "--by \(name) is nothing to group by.",
                advice: "Write \(Grouping.names.joined(separator: ", ")), with commas between several.",
                status: .usage
            )
        case .grouping(.repeated(let name)): self.init("--by names \(name) twice.", status: .usage)
        case .needsScan(let names):
            self.init(
                "Summaries do not count by \(names.joined(separator: " and ")) together.",
                advice: "Name one of them, or add --scan: it reads the result lines.",
                status: .usage
            )
        case .threshold(let error): self.init(error)
        case .noSide(let text):
            self.init(
                "\(text) is nothing to compare.",
                advice:
                    "Write a window like 2026-11-01..2026-11-08, a day, week (2026-W45) or month, a model or a batch id.",
                status: .usage
            )
        case .unwritable(let path, let reason): self.init("\(path) could not be written: \(reason).")
        }
    }

    init(_ error: TierEdgesError) {
        let sizes = error.edges.map { String($0) }.joined(separator: ", ")
        self.init(
            "Prices that change at \(sizes) prompt tokens cannot be computed from summaries.",
            advice: "Add --scan: it reads the result lines.",
            status: .usage
        )
    }

    private init(_ error: PriceTableError, in path: String) {
        let column = error.column.map { ", column \($0)" } ?? ""
        self.init(
            "The price file \(path) cannot be used: line \(error.line)\(column): \(error.reason).",
            advice: "`batchkeep prices --format csv` shows the columns; prices are dollars per million tokens.",
            status: .usage
        )
    }

    private init(_ error: ThresholdError) {
        switch error {
        case .syntax(let text):
            self.init(
                "--fail-if \(text) is no threshold.",
                advice:
                    "Write FIGURE, one of > >= < <=, and a number: error_rate>+1%, cost_per_request>+10%, unpriced>0.",
                status: .usage
            )
        case .unknownMetric(let name):
            self.init(
                "--fail-if: \(name.isEmpty ? "there" : name) is no figure.",
                advice: "Figures are \(ComparedMetric.allCases.map(\.rawValue).joined(separator: ", ")).",
                status: .usage
            )
        case .percentWithoutSign(let text):
            self.init(
                "--fail-if \(text): a percentage of this figure can only be a change.",
                advice: "Put a sign in front of the number: +10% or -10%.",
                status: .usage
            )
        }
    }
}
