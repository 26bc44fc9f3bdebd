package import BlockGzip

/// The settings of a join.
package struct JoinSettings: Sendable {
    /// The sources, in the order given.
    package var sources: [JoinSourcePlace]
    package var kind: JoinKind
    package var form: JoinForm
    package var policy: JoinErrorPolicy
    /// The memory for the indexes of all sources together, in bytes; larger indexes are built on disk.
    package var memory: Int
    /// The maximum size of a row of a source, in bytes.
    package var rowLimit: Int
    /// The folder for unpacked sources and indexes on disk; they are removed when the run ends.
    package var scratchFolder: String
    /// The codec that compresses the joined files.
    package var codec: any MemberCodec
    /// The number of blocks of one batch to process at once, at least 1.
    package var blocksInFlight: Int

    package init(
        sources: [JoinSourcePlace],
        kind: JoinKind = .left,
        form: JoinForm = .ndjson,
        policy: JoinErrorPolicy = .fail,
        memory: Int = 300_000_000,
        rowLimit: Int = 67_108_864,
        scratchFolder: String,
        codec: any MemberCodec,
        blocksInFlight: Int = 4
    ) {
        self.sources = sources
        self.kind = kind
        self.form = form
        self.policy = policy
        self.memory = memory
        self.rowLimit = rowLimit
        self.scratchFolder = scratchFolder
        self.codec = codec
        self.blocksInFlight = max(1, blocksInFlight)
    }

    /// The memory for the index of one source, in bytes.
    var memoryPerSource: Int { memory / max(1, sources.count) }
}

/// The rows that a join produces.
package enum JoinKind: String, Sendable, CaseIterable {
    /// All results; the data is null if a source has no row.
    case left
    /// Results for which every source has a row.
    case inner
    /// Results for which a source has no row.
    case anti
    /// Rows of the sources that have no result.
    case missing
}

/// The form of a joined row.
package enum JoinForm: String, Sendable, CaseIterable {
    /// Request and result in one object, unchanged.
    case ndjson
    /// The flat row of the result, followed by the columns of the sources as strings.
    case flat
}

/// The reaction to a row of a source that cannot be read.
package enum JoinErrorPolicy: String, Sendable, CaseIterable {
    case fail
    /// Count the row and continue with the next one.
    case skip
}
