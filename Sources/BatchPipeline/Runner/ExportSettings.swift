import JSONLines
package import MessageBatches

/// What a run needs to know beside its ports.
package struct ExportSettings: Sendable {
    /// Batches worked on at once, at least 1.
    package var concurrency: Int
    /// Blocks of one batch between splitter and file, at least 1; bounds memory.
    package var blocksInFlight: Int
    /// The longest line accepted, in bytes without its end.
    package var maxLineBytes: Int
    /// How often one batch is read in one run without getting further, at least once: broken streams and complete but unproven
    /// reads together.
    package var maxAttempts: Int
    /// How long one batch may take; nil for as long as it needs.
    package var deadline: Duration?
    /// Whether batches are read that the archive holds: to make them anew.
    package var replacesArchived: Bool

    package init(
        concurrency: Int = 4,
        blocksInFlight: Int = 4,
        maxLineBytes: Int = LineSplitter.defaultMaxLineBytes,
        maxAttempts: Int = 5,
        deadline: Duration? = nil,
        replacesArchived: Bool = false
    ) {
        self.concurrency = max(1, concurrency)
        self.blocksInFlight = max(1, blocksInFlight)
        self.maxLineBytes = maxLineBytes
        self.maxAttempts = max(1, maxAttempts)
        self.deadline = deadline
        self.replacesArchived = replacesArchived
    }
}

/// The ports a run works through; the composition root fills them.
package struct ExportPorts: Sendable {
    package var lister: any BatchLister
    package var source: any ResultSource
    package var archive: any ArchiveSink
    /// Empty summaries to fold into, one set a block.
    package var summaries: SummarySet
    /// The machine's clock.
    package var now: @Sendable () -> Timestamp
    /// Waits: before a body is asked for again, and until a deadline.
    package var pause: @Sendable (Duration) async throws -> Void
    package var observe: @Sendable (ExportEvent) -> Void
    /// What each batch must hold beside what its counts promise; nil where nobody says.
    package var expectedIDs: (any ExpectedIDs)?

    package init(
        lister: any BatchLister,
        source: any ResultSource,
        archive: any ArchiveSink,
        summaries: SummarySet,
        now: @escaping @Sendable () -> Timestamp,
        pause: @escaping @Sendable (Duration) async throws -> Void,
        observe: @escaping @Sendable (ExportEvent) -> Void,
        expectedIDs: (any ExpectedIDs)? = nil
    ) {
        self.lister = lister
        self.source = source
        self.archive = archive
        self.summaries = summaries
        self.now = now
        self.pause = pause
        self.observe = observe
        self.expectedIDs = expectedIDs
    }
}
