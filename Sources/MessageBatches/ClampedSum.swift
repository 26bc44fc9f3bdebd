extension FixedWidthInteger {
    /// A sum that stays at the largest number instead of trapping.
    ///
    /// For numbers from 0 on it is associative and commutative like the plain sum.
    @inlinable
    package func addingClamped(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
