import JSONLines
package import MessageBatches

/// The settings of a run.
package struct ExportSettings: Sendable {
    /// How many batches are downloaded at once.
    package var concurrency: DownloadConcurrency
    /// Blocks of one batch between splitter and file, at least 1, which limits memory.
    package var blocksInFlight: Int
    /// The longest accepted line, in bytes without its line end.
    package var maxLineBytes: Int
    /// The number of downloads of one batch in one run without progress, at least 1.
    ///
    /// Broken downloads and complete but unproven downloads both count.
    package var maxAttempts: Int
    /// The time limit for one batch; nil for none.
    package var deadline: Duration?
    /// Whether archived batches are downloaded again and replaced.
    package var replacesArchived: Bool
    /// What the archive has recorded about the lines of the only batch, if a download with other lines must not replace
    /// them.
    package var archivedLines: ArchivedLines?
    /// Whether the results come from files instead of the API.
    ///
    /// A file is read once and from its start, no part of it is kept for a later run, and it can complete a batch whose
    /// results the API has removed.
    private(set) var importsFiles = false
    /// How long the run waits for the end of pending batches; nil for no wait.
    package var wait: WaitLimit?

    package init(
        concurrency: DownloadConcurrency = .fixed(4),
        blocksInFlight: Int = 4,
        maxLineBytes: Int = LineSplitter.defaultMaxLineBytes,
        maxAttempts: Int = 5,
        deadline: Duration? = nil,
        replacesArchived: Bool = false
    ) {
        self.concurrency = concurrency
        self.blocksInFlight = max(1, blocksInFlight)
        self.maxLineBytes = maxLineBytes
        self.maxAttempts = max(1, maxAttempts)
        self.deadline = deadline
        self.replacesArchived = replacesArchived
    }

    /// The settings of a run that imports files, of up to `concurrency` batches at once.
    package static func ofImport(concurrency: Int = 4) -> ExportSettings {
        var settings = ExportSettings(concurrency: .fixed(concurrency), maxAttempts: 1)
        settings.importsFiles = true
        return settings
    }
}

/// The ports of a run, which the composition root sets.
package struct ExportPorts: Sendable {
    package var lister: any BatchLister
    package var source: any ResultSource
    package var archive: any ArchiveSink
    /// The empty summaries that each block is folded into.
    package var summaries: SummarySet
    package var pricing: RequestPricing
    /// Returns the current time of this machine.
    package var now: @Sendable () -> Timestamp
    /// Waits before a body is requested again, and until a deadline.
    package var pause: @Sendable (Duration) async throws -> Void
    package var observe: @Sendable (ExportEvent) -> Void
    /// The IDs that each batch must contain, in addition to the counts; nil if there is no such source.
    package var expectedIDs: (any ExpectedIDs)?

    package init(
        lister: any BatchLister,
        source: any ResultSource,
        archive: any ArchiveSink,
        summaries: SummarySet,
        pricing: RequestPricing,
        now: @escaping @Sendable () -> Timestamp,
        pause: @escaping @Sendable (Duration) async throws -> Void,
        observe: @escaping @Sendable (ExportEvent) -> Void,
        expectedIDs: (any ExpectedIDs)? = nil
    ) {
        self.lister = lister
        self.source = source
        self.archive = archive
        self.summaries = summaries
        self.pricing = pricing
        self.now = now
        self.pause = pause
        self.observe = observe
        self.expectedIDs = expectedIDs
    }
}

/// The port to a second proof of completeness: request IDs from a source other than the server's counts.
package protocol ExpectedIDs: Sendable {
    /// Returns the IDs that a batch must contain; nil if the source does not know the batch.
    ///
    /// - Throws: ``BatchFailure`` if only this batch is concerned.
    func expectation(of batch: MessageBatch) throws -> (any IDExpectation)?
}

/// The request IDs that one download must contain, checked off block by block.
package protocol IDExpectation: Sendable {
    /// Checks off the IDs of a block.
    func checkOff(_ block: DecodedBlock) throws

    /// Returns the number of IDs that have not occurred so far.
    func missing() -> Int
}
