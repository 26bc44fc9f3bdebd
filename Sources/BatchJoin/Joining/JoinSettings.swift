package import BlockGzip

/// How results are joined.
package struct JoinSettings: Sendable {
    /// The sources in the order given.
    package var sources: [JoinSourcePlace]
    package var kind: JoinKind
    package var form: JoinForm
    package var policy: JoinErrorPolicy
    /// Bytes of memory for the indexes of all sources together; beyond it they are made on disk.
    package var memory: Int
    /// Where unpacked sources and indexes on disk are kept while the run lasts; nothing of them is left behind.
    package var scratchFolder: String
    /// What the joined files are compressed with.
    package var codec: any MemberCodec
    /// Blocks of one batch worked on at once, at least 1.
    package var blocksInFlight: Int

    package init(
        sources: [JoinSourcePlace],
        kind: JoinKind = .left,
        form: JoinForm = .ndjson,
        policy: JoinErrorPolicy = .fail,
        memory: Int = 300_000_000,
        scratchFolder: String,
        codec: any MemberCodec,
        blocksInFlight: Int = 4
    ) {
        self.sources = sources
        self.kind = kind
        self.form = form
        self.policy = policy
        self.memory = memory
        self.scratchFolder = scratchFolder
        self.codec = codec
        self.blocksInFlight = max(1, blocksInFlight)
    }

    /// The share of the memory that the index of one source gets.
    var memoryPerSource: Int { memory / max(1, sources.count) }
}

/// Which rows a join produces.
package enum JoinKind: String, Sendable, CaseIterable {
    /// Every result, null if a source has no row for it.
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
    /// Request and result in one object, as they were.
    case ndjson
    /// The flat row of the result followed by the columns of the sources, as strings.
    case flat
}

/// What to do about a row of a source that cannot be read.
package enum JoinErrorPolicy: String, Sendable, CaseIterable {
    case fail
    /// Continue after it, and count it.
    case skip
}
