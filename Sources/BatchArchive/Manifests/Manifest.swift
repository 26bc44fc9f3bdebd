package import BatchPipeline
package import JSONLines
package import MessageBatches
package import Prices

/// The description of an archived batch, and the proof that it is complete.
///
/// It is stored as `manifests/date=…/ID.json`; with ``quarantine`` set, as `_quarantine/ID.json`. A batch is archived
/// if and only if its manifest exists. Equal values have equal text, so the text can be compared and hashed. Unknown
/// keys are ignored.
package struct Manifest: Sendable, Hashable {
    /// The version of the document.
    ///
    /// A reader refuses a higher version than its own.
    package static let schemaVersion = 1

    /// The number of times that derived files of the batch were written, from 1.
    package var revision = 1
    /// The batch object whose counts were checked, as received.
    package var batch: MessageBatch
    package var source: Source
    package var startedAt: Timestamp
    package var finishedAt: Timestamp
    /// The version of the program.
    package var toolVersion: String
    /// The data files by kind; empty for a batch whose results have no bytes.
    package var files: [DataKind: ArchivedFile] = [:]
    /// The number of result lines per type, as found; stored next to `request_counts`.
    package var found: [String: Int]
    package var emptyLines: Int
    package var duplicateLines: Int
    package var rejectedLines: Int
    /// The first rejected lines, with reasons.
    package var rejected: [RejectedLine]
    /// The digest of the raw lines in any order; nil in a manifest of an earlier version.
    package var linesDigest: LinesDigest?
    /// The version of each derivation (`flat_schema`, `error_classes`) that made this manifest.
    package var derivations: [String: Int]
    /// The rows of the price table that priced the requests, in the order of the table; see ``priceTable``.
    package var prices: [PriceRow]?
    /// The JSON text of each summary by name.
    package var summaries: [String: [UInt8]]
    /// The settings and the result of the latest join, as JSON; nil before the first join.
    package var join: [UInt8]?
    /// Whether a join was requested and not done yet, or its files are lost.
    package var isJoinPending = false
    /// Files that were removed on request, by kind.
    package var pruned: [DataKind: PrunedFile] = [:]
    /// Set if the batch failed the completeness check.
    package var quarantine: Quarantine?

    /// The origin of the results.
    package struct Source: Sendable, Hashable {
        /// Scheme, host and port of the API.
        package var origin: String?
        package var workspaceID: String?
        /// The `request-id` header of the response with the results.
        package var requestID: String?
        /// The `results_url`, if it named another origin.
        package var rewrittenFrom: String?
        /// The file that the results were imported from; nil if the API sent them.
        package var file: ResultFile?

        package init(
            origin: String? = nil,
            workspaceID: String? = nil,
            requestID: String? = nil,
            rewrittenFrom: String? = nil,
            file: ResultFile? = nil
        ) {
            self.origin = origin
            self.workspaceID = workspaceID
            self.requestID = requestID
            self.rewrittenFrom = rewrittenFrom
            self.file = file
        }
    }

    /// Whether a batch object of the API proves that the batch is complete.
    ///
    /// If not, `import --unproven` archived it, and its counts are those of the file.
    package var isProven: Bool { source.file?.isProven ?? true }

    /// Whether the batch has results and no raw file: it was pruned, or this is a copy without raw files.
    package var lacksRaw: Bool { files[.raw] == nil && !found.isEmpty }

    /// The reasons why a batch failed the completeness check.
    package struct Quarantine: Sendable, Hashable {
        /// Sentences for people.
        package var reasons: [String]
        /// The number of times that the batch failed, including this one.
        package var attempts: Int

        package init(reasons: [String], attempts: Int) {
            self.reasons = reasons
            self.attempts = attempts
        }
    }
}

/// What is known of a data file that was removed on request.
package struct PrunedFile: Sendable, Hashable {
    package var prunedAt: Timestamp
    package var content: ArchivedFile.Extent
    package var lines: Int
}

/// The description of a data file in a manifest.
package struct ArchivedFile: Sendable, Hashable {
    /// Relative to the archive.
    package var path: String
    /// Size on disk.
    package var bytes: Int
    /// SHA-256 of the file, lowercase hex.
    package var sha256: String
    /// The part of the file that belongs to this batch, if the file contains several (``Compaction``); nil for the
    /// whole file.
    ///
    /// Path, size and digest are those of the whole file; all other properties describe this part.
    package var slice: Range<Int>?
    /// The decompressed content of all members.
    package var content: Extent
    /// The bytes as received, in raw files only.
    ///
    /// It differs from `content` if the last line came without a newline.
    package var received: Extent?
    /// The number of physical lines in the content.
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

    /// A gzip member of the file; it starts with a whole line.
    package struct MemberEntry: Sendable, Hashable {
        /// The offset of the member in compressed bytes.
        package var offset: Int
        /// The number of its first line in the content, from 1.
        package var firstLine: Int

        package init(offset: Int, firstLine: Int) {
            self.offset = offset
            self.firstLine = firstLine
        }
    }
}

/// The codec that compressed a file.
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
