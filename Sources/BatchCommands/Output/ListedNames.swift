import Tables

extension [String] {
    /// The names separated by commas; of many, the first `maximum` and the number of the others.
    func listed(maximum: Int = 10) -> String {
        let named = prefix(maximum).joined(separator: ", ")
        return count > maximum ? "\(named), and \((count - maximum).displayText) more" : named
    }

    /// The first `maximum` lines, followed by the number of the others if there are more.
    func shortened(to maximum: Int) -> [String] {
        prefix(maximum) + (count > maximum ? ["… and \((count - maximum).displayText) more."] : [])
    }
}
