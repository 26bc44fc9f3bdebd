package import BatchPipeline
package import MessageBatches

/// What the archive holds of one batch, and the proof that it is all of it.
///
/// Stands at `manifests/date=…/ID.json`; with ``quarantine`` set, at `_quarantine/ID.json`. A batch is archived exactly if its
/// manifest is there. The text is the same for equal values, so it can be compared and hashed; unknown keys are ignored when
/// it is read.
package struct Manifest: Sendable, Hashable {
    /// The form of the document.
    ///
    /// A reader refuses a higher number than its own.
    package static let schemaVersion = 1

    /// Counts how often manifest, flat or joined files of the batch were derived anew, from 1.
    package var revision = 1
    /// The batch object the counts were checked against, as received.
    package var batch: MessageBatch
    package var source: Source
    package var startedAt: Timestamp
    package var finishedAt: Timestamp
    /// The version of the program.
    package var toolVersion: String
    /// At most one for each kind; none for a batch without a single byte of results.
    package var files: [DataKind: ArchivedFile] = [:]
    /// Result lines per type name, as found; stands beside `request_counts` in the text.
    package var found: [String: Int]
    package var emptyLines: Int
    package var duplicateLines: Int
    package var rejectedLines: Int
    /// The first of the rejected lines, with reasons.
    package var rejected: [RejectedLine]
    /// Which version of each derivation (`flat_schema`, `error_classes`) made this.
    package var derivations: [String: Int]
    /// Each summary's JSON by its name, as it stands in the text.
    package var summaries: [String: [UInt8]]
    /// How the batch was joined and what came of it, as JSON; nil before the first join.
    package var join: [UInt8]?
    /// Files that were removed on request, by kind.
    package var pruned: [DataKind: PrunedFile] = [:]
    /// Set where the batch failed the gate.
    package var quarantine: Quarantine?

    /// Where the results came from.
    package struct Source: Sendable, Hashable {
        /// Scheme, host and port that were asked.
        package var origin: String?
        package var workspaceID: String?
        /// `request-id` of the answer the results came with.
        package var requestID: String?
        /// `results_url` where it named another origin.
        package var rewrittenFrom: String?

        package init(
            origin: String? = nil,
            workspaceID: String? = nil,
            requestID: String? = nil,
            rewrittenFrom: String? = nil
        ) {
            self.origin = origin
            self.workspaceID = workspaceID
            self.requestID = requestID
            self.rewrittenFrom = rewrittenFrom
        }
    }

    /// Why a batch failed the gate.
    package struct Quarantine: Sendable, Hashable {
        /// Sentences for people.
        package var reasons: [String]
        /// How often the batch failed, this time included.
        package var attempts: Int

        package init(reasons: [String], attempts: Int) {
            self.reasons = reasons
            self.attempts = attempts
        }
    }
}

/// A data file that was removed on request: what is still known of it.
package struct PrunedFile: Sendable, Hashable {
    package var prunedAt: Timestamp
    package var content: ArchivedFile.Extent
    package var lines: Int
}

/// A data file as its manifest describes it.
package struct ArchivedFile: Sendable, Hashable {
    /// Relative to the archive.
    package var path: String
    /// Size on disk.
    package var bytes: Int
    /// SHA-256 of the file, lowercase hex.
    package var sha256: String
    /// The part of the file that is this batch's, where the file holds several (``Compaction``); nil for all of it.
    ///
    /// Path, size and digest are those of the whole file, everything else is of this part.
    package var slice: Range<Int>?
    /// The file's content: what the members inflate to.
    package var content: Extent
    /// The bytes as received, in raw files only.
    ///
    /// Differs from `content` where the last line came without its line end.
    package var received: Extent?
    /// Physical lines of the content.
    package var lines: Int
    package var codec: CodecRecord
    package var members: [MemberEntry]

    /// Length and SHA-256 of some bytes.
    package struct Extent: Sendable, Hashable {
        package var bytes: Int
        package var sha256: String

        package init(bytes: Int, sha256: String) {
            self.bytes = bytes
            self.sha256 = sha256
        }
    }

    /// A gzip member of the file, which begins with a whole line.
    package struct MemberEntry: Sendable, Hashable {
        /// Where the member begins, in compressed bytes.
        package var offset: Int
        /// The number of its first line in the content, from 1.
        package var firstLine: Int

        package init(offset: Int, firstLine: Int) {
            self.offset = offset
            self.firstLine = firstLine
        }
    }
}

/// What compressed a file.
///
/// The same record and the same content give the same bytes.
package struct CodecRecord: Sendable, Hashable {
    package var name: String
    package var level: Int
    package var version: String?
    /// SHA-256 of the library's file.
    package var librarySHA256: String?

    package init(name: String, level: Int, version: String? = nil, librarySHA256: String? = nil) {
        self.name = name
        self.level = level
        self.version = version
        self.librarySHA256 = librarySHA256
    }
}
