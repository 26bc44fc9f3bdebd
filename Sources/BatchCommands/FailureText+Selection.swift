import BatchAnalytics
import BatchPipeline

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
