/// Which rows a join gives.
package enum JoinKind: String, Sendable, CaseIterable {
    /// Every result, null where a source has no row for it.
    case left
    /// Results that every source has a row for.
    case inner
    /// Results that a source has no row for.
    case anti
    /// Rows of the sources that have no result.
    case missing
}

/// The form of a joined row.
package enum JoinForm: String, Sendable, CaseIterable {
    /// Request and result side by side, as they were.
    case ndjson
    /// The flat row of the result with the columns of the sources behind it, as strings.
    case flat
}

/// What to do about a row of a source that cannot be read.
package enum JoinErrorPolicy: String, Sendable, CaseIterable {
    case fail
    /// Go on behind it, and count it.
    case skip
}
