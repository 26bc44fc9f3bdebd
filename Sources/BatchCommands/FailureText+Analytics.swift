import BatchAnalytics
import BatchPipeline
import Prices

// MARK: Summaries, comparisons and prices

extension FailureText {
    init(_ failure: StatisticsFailure) {
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
        case .invalidSide(let text):
            self.init(
                "\(text) is nothing to compare.",
                advice:
                    "Write a period (\(TimeExpression.periods)), a model or a batch id.",
                status: .usage
            )
        case .unwritable(let path, let reason): self.init("\(path) could not be written: \(reason).")
        }
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

// MARK: Select

extension FailureText {
    init(_ failure: SelectionFailure) {
        switch failure {
        case .unknownColumn(let name):
            self.init(
                "There is no column \(name.isEmpty ? "without a name" : name).",
                advice: "Columns: \(Self.columnNames); or a path such as usage.output_tokens or $.\(name).",
                status: .usage
            )
        case .badPath(let path):
            self.init(
                "\(path) is no path.",
                advice: "Write it like usage.output_tokens, content[0].type or content[].text.",
                status: .usage
            )
        case .repeatedColumn(let name):
            self.init("The column \(name) is asked for twice.", advice: "Name it once.", status: .usage)
        case .badCondition(let text):
            self.init(
                "--where \(text) is no condition.",
                advice: "Write it like model=NAME, output_tokens>1000, error_message~credit or 'stop_reason in a,b'.",
                status: .usage
            )
        case .badPattern(let pattern):
            self.init(
                "\(pattern) is no regular expression.",
                advice: "Put a backslash before each of \\ . * + ? ( ) [ ] { } ^ $ | that is meant as it stands.",
                status: .usage
            )
        case .notANumber(let column, let value):
            self.init(
                "The column \(column) holds numbers, and \(value.isEmpty ? "nothing" : value) is none.",
                advice: "Write it like \(column)>1000, or \(column)=null for where it is missing.",
                status: .usage
            )
        case .noSum(let name):
            self.init(
                "The column \(name) cannot be summed.",
                advice: "With --by, --columns takes columns of numbers and cost.",
                status: .usage
            )
        }
    }

    private static var columnNames: String {
        (FlatSchema.columns.map(\.name) + SelectedColumn.additional.map(\.name)).joined(separator: ", ")
    }
}
