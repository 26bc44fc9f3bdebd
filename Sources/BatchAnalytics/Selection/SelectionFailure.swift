/// An invalid column or condition, with the text that the user wrote.
package enum SelectionFailure: Error, Sendable, Hashable {
    /// No column has this name, and it is not a path.
    case unknownColumn(String)
    /// An incomplete path or a path with an empty key; the text is the whole path.
    case badPath(String)
    case repeatedColumn(String)
    /// There is no operator after the column.
    case badCondition(String)
    /// The regular expression of a condition is invalid.
    case badPattern(String)
    /// The value of a condition on a column of numbers is not a number.
    case notANumber(column: String, value: String)
    /// The column to sum does not contain numbers.
    case noSum(String)
}
