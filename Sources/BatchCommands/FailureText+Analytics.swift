import BatchAnalytics
import BatchPipeline
import Prices

// MARK: Summaries, comparisons and prices

extension FailureText {
    init(_ failure: StatisticsFailure) {
        switch failure {
        case .unreadablePrices(let path):
            self.init("--prices: cannot read '\(path)', or it does not exist", status: .usage)
        case .prices(let path, let error): self.init(error, in: path)
        case .grouping(.unknown(let name)):
            let names = Grouping.names
            self.init(
                "--by: \(Self.notAmong(names, name))",
                advice: Self.nearest(name, in: names, else: "use names from this list, separated by commas"),
                status: .usage
            )
        case .grouping(.repeated(let name)): self.init("--by: '\(name)' is repeated", status: .usage)
        case .threshold(let error): self.init(error)
        case .unknownSortColumn(let name, let columns):
            self.init(
                "--sort: \(Self.notAmong(columns, name))",
                advice: Self.nearest(name, in: columns, else: "use a column from this list"),
                status: .usage
            )
        case .invalidSide(let text):
            self.init(
                "invalid comparison '\(text)': not a time window, day, week, month, model or batch ID",
                advice: "batchkeep compare 2026-11-01..2026-11-08 2026-11-08..2026-11-15",
                status: .usage
            )
        case .unwritable(let path, let reason): self.init("cannot write '\(path)': \(reason)")
        }
    }

    private init(_ error: PriceTableError, in path: String) {
        let column = error.column.map { ", column \($0)" } ?? ""
        self.init(
            "price file '\(path)': line \(error.line)\(column): \(error.reason)",
            advice: "for an example, run: batchkeep prices --format csv (prices are in dollars per million tokens)",
            status: .usage
        )
    }

    private init(_ error: ThresholdError) {
        let examples = "error_rate>+1%, cost_per_request_usd>+10% or unpriced_requests>0"
        switch error {
        case .syntax(let text):
            self.init(
                "--fail-if: invalid threshold '\(text)'",
                advice: "use a metric, one of > >= < <=, and a number: \(examples)",
                status: .usage
            )
        case .unknownMetric(let name):
            let names = ComparedMetric.allCases.map(\.rawValue)
            self.init(
                "--fail-if: invalid metric '\(name)': must be one of \(names.joined(separator: ", "))",
                advice: Self.nearest(name, in: names, else: "use a metric from this list: \(examples)"),
                status: .usage
            )
        case .percentWithoutSign(let text):
            self.init(
                "--fail-if: invalid threshold '\(text)': a percentage of this metric must be a change",
                advice: "add a sign to the number: +10% or -10%",
                status: .usage
            )
        case .changeOfOneWindow(let text):
            self.init(
                "--fail-if: invalid threshold '\(text)': a sign limits a change, but there is only one window",
                advice: "remove the sign, or compare two windows: \(Self.command("compare --help"))",
                status: .usage
            )
        }
    }
}

// MARK: Errors

extension FailureText {
    init(_ failure: FingerprintFailure) {
        let list = "to list them: \(Self.command("errors"))"
        let all = "list all: \(Self.command("summarize --by error --scan"))"
        switch failure {
        case .invalid(let text):
            self.init(
                "invalid fingerprint '\(text)': must be 4 to 12 hexadecimal digits",
                advice: list,
                status: .usage
            )
        case .unknown(let text, let isComplete):
            self.init(
                "fingerprint '\(text)': no \(isComplete ? "" : "frequent ")error of the selected batches has it",
                advice: isComplete ? list : "use all 12 digits to select a rare error, or \(all)",
                status: .usage
            )
        case .ambiguous(let text, let ids):
            self.init(
                "fingerprint '\(text)': ambiguous: \(ids.listed())",
                advice: "use more digits",
                status: .usage
            )
        }
    }
}

extension PrefixPatternError {
    /// The error as a clause: "invalid regular expression '(': expected ')'".
    var text: String { "invalid regular expression '\(pattern)': \(reason)" }
}

// MARK: Select

extension FailureText {
    init(_ failure: SelectionFailure) {
        switch failure {
        case .unknownColumn(let name):
            self.init(
                name.isEmpty ? "invalid column: the name is empty" : "column '\(name)': not found",
                advice: Self.nearest(
                    name,
                    in: Self.columnNames,
                    else: "columns are \(Self.columnNames.joined(separator: ", ")), and paths such as "
                        + "usage.output_tokens or $.\(name.isEmpty ? "custom_id" : name)"
                ),
                status: .usage
            )
        case .badPath(let path):
            self.init(
                "invalid path '\(path)'",
                advice: "use a path such as usage.output_tokens, content[0].type or content[].text",
                status: .usage
            )
        case .repeatedColumn(let name):
            self.init("column '\(name)': repeated", advice: "name each column once", status: .usage)
        case .badCondition(let text):
            self.init(
                "--where: invalid condition '\(text)'",
                advice: "use model=NAME, output_tokens>1000, error_message~credit or 'stop_reason in a,b'",
                status: .usage
            )
        case .badPattern(let pattern):
            self.init(
                "invalid regular expression '\(pattern)'",
                advice: "to match one of \\ . * + ? ( ) [ ] { } ^ $ | as a character, add a backslash before it",
                status: .usage
            )
        case .notANumber(let column, let value):
            self.init(
                "column '\(column)': invalid number '\(value)'",
                advice: "use \(column)>1000, or \(column)=null for missing values",
                status: .usage
            )
        case .noSum(let name):
            self.init(
                "column '\(name)': cannot be summed",
                advice: "with --by, --columns accepts columns of numbers and cost",
                status: .usage
            )
        case .ambiguousColumn(let name, let choices):
            self.init(
                "column '\(name)': in several join sources",
                advice: "use \(choices.joined(separator: " or "))",
                status: .usage
            )
        case .unknownSourceColumn(let name, let source, let columns):
            let existing = columns.map { "\(source).\($0)" }
            self.init(
                "column '\(name)': not found: '\(source)' has \(columns.isEmpty ? "no columns" : columns.listed())",
                advice: Self.nearest(
                    name,
                    in: existing,
                    else: "for a member of the result, use a path that begins with $."
                ),
                status: .usage
            )
        case .unknownJoinedColumn(let name, let joined):
            let names = joined.isEmpty ? "have no columns" : "have \(joined.listed())"
            self.init(
                name.isEmpty ? "invalid column: the name is empty" : "column '\(name)': not found",
                advice: Self.nearest(name, in: joined + Self.columnNames, else: "the join sources \(names)"),
                status: .usage
            )
        case .unusedSources(let columns):
            self.init(
                "--join: no column of the sources is used",
                advice: columns.isEmpty
                    ? "use sources with columns other than the ID"
                    : "name one in --columns, --where or --by: \(columns.listed())",
                status: .usage
            )
        case .redactedColumn(let name):
            self.init(
                "--redact: column '\(name)' cannot be used: it can contain text",
                advice: "use columns of the flat table, except error_message, and columns of metadata",
                status: .usage
            )
        case .redactedValue(let name):
            self.init(
                "--redact: column '\(name)' cannot be used: it has an object or a list, which can contain text",
                advice: "use columns of metadata whose values are text, numbers, true or false",
                status: .usage
            )
        }
    }

    private static var columnNames: [String] {
        FlatSchema.columns.map(\.name) + SelectedColumn.additional.map(\.name)
    }
}
