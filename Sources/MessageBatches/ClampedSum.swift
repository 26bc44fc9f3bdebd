extension FixedWidthInteger {
    /// Returns the sum, or the largest value of the type if the sum overflows.
    ///
    /// For non-negative numbers the operation is associative and commutative.
    @inlinable
    package func addingClamped(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
