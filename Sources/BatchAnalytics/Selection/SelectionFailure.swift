/// A column or condition that cannot be understood, as the user wrote it.
package enum SelectionFailure: Error, Sendable, Hashable {
    /// No column has this name, and it is no path.
    case unknownColumn(String)
    /// A path that breaks off or holds an empty key; the text is the whole path.
    case badPath(String)
    case repeatedColumn(String)
    /// No operator is found behind the column.
    case badCondition(String)
    /// The regular expression of a condition.
    case badPattern(String)
    /// A condition on a column of numbers with something else behind the operator.
    case notANumber(column: String, value: String)
    /// A sum was asked of a column that holds no numbers.
    case noSum(String)
}
