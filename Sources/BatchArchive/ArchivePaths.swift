package import MessageBatches

/// The kinds of data files that an archive stores per batch.
package enum DataKind: String, Sendable, CaseIterable, Comparable {
    /// The lines as received.
    case raw
    /// The flat rows.
    case results
    /// The flat rows with the columns of a join.
    case joined
    /// The join IDs without a match.
    case unmatched

    /// The files that a join makes.
    static let ofJoin: [DataKind] = [.joined, .unmatched]
    /// The files that a copy without raw files does not have: they contain text, or IDs of other files.
    static let withText: Set<DataKind> = [.raw, .joined, .unmatched]

    /// Received lines end with `.jsonl`, tables of this program with `.ndjson`.
    var suffix: String {
        self == .raw ? "jsonl.gz" : "ndjson.gz"
    }

    package static func < (left: DataKind, right: DataKind) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The paths of the files of one batch, relative to the archive.
package struct ArchivePaths: Sendable, Hashable {
    package static let partial = "_partial"
    package static let quarantine = "_quarantine"
    /// The folder of the records of the requests that `retry` wrote.
    package static let retries = "_retries"
    package static let manifests = "manifests"
    package static let checksums = "SHA256SUMS"
    /// The database about batches and runs.
    package static let catalog = "catalog.sqlite"
    /// The index of the flat rows.
    package static let resultIndex = "results.sqlite"
    /// The folder of the roll-ups by run and day.
    package static let summaries = "summaries"
    /// The folder of the roll-ups by day.
    package static let dayRollUps = "\(summaries)/days"
    /// The regular expression by which statistics group requests by prefix, as text.
    package static let prefixPattern = "\(summaries)/prefix-pattern.txt"
    /// The roll-up of a day in one format, such as `csv`.
    static func rollUp(of day: CalendarDay, format: String) -> String { "\(dayRollUps)/\(day.text).\(format)" }
    /// The report page of the latest run that wrote one.
    package static let page = "report.html"
    package static let views = "views"
    /// The file that marks a copy without raw files; `publish.sh --without-raw` writes it.
    static let withoutRaw = "WITHOUT-RAW.txt"
    /// The folders of documents about several batches that SHA256SUMS lists.
    static let documents = [summaries, views]
    static func isDocument(_ path: String) -> Bool { documents.contains { path.hasPrefix("\($0)/") } }

    package let id: String
    package let day: CalendarDay

    /// Returns the batch ID of a file in `_partial`, from the file's name; nil if the file belongs to no single batch.
    static func owner(ofPartial name: String) -> String? {
        guard let dot = name.firstIndex(of: "."), MessageBatch.isSafeID(String(name[..<dot])) else { return nil }
        return String(name[..<dot])
    }

    /// Creates the paths; throws if the batch ID is not a valid file name.
    package init(of batch: MessageBatch) throws(ArchiveFailure) {
        guard batch.hasSafeID else { throw ArchiveFailure(.unsafeID, .create, path: batch.id) }
        id = batch.id
        day = batch.day
    }

    // Published files.

    package func folder(_ kind: DataKind) -> String { "\(kind.rawValue)/date=\(day.text)" }
    package func data(_ kind: DataKind) -> String { "\(folder(kind))/\(id).\(kind.suffix)" }
    /// Returns the path of a file with the members of several batches.
    ///
    /// An ID contains no dot, so no file of a single batch has this name.
    func container(_ kind: DataKind, name: String) -> String { "\(folder(kind))/compact.\(name).\(kind.suffix)" }
    static func isContainer(_ path: String) -> Bool { path.contains("/compact.") }
    package var manifest: String { Self.manifest(of: id, on: day) }
    static func manifest(of id: String, on day: CalendarDay) -> String { "\(manifestFolder(of: day))/\(id).json" }
    static func manifestFolder(of day: CalendarDay) -> String { "\(manifests)/date=\(day.text)" }

    /// Returns why a document about a batch cannot have this path, or nil: its name must be that of the batch, and a
    /// manifest must be in the folder of its day.
    static func misplacement(of batch: MessageBatch, at path: String) -> String? {
        guard path.hasSuffix("/\(batch.id).json") else { return "it is the manifest of \(batch.id)" }
        guard path.hasPrefix("\(manifests)/"), path != manifest(of: batch.id, on: batch.day) else { return nil }
        return "it belongs in the folder of \(batch.day.text)"
    }

    /// Returns the batch ID of a manifest, from its name or path; nil for other files.
    static func id(ofManifest path: String) -> String? {
        // In bytes, because characters take ten times as long, and an archive can have many manifests.
        guard path.hasSuffix(".json") else { return nil }
        let start = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path.utf8.index(after: $0) } ?? path.startIndex
        let id = String(path[start...].utf8.dropLast(".json".utf8.count)) ?? ""
        return MessageBatch.isSafeID(id) ? id : nil
    }

    /// The folder of the records of retries of the batches of a day.
    package var retryFolder: String { "\(Self.retries)/date=\(day.text)" }
    /// Returns the path of the record of one retry, a positive number.
    package func retryRecord(_ number: Int) -> String { "\(retryFolder)/\(id).\(number).ndjson" }
    /// Returns the number of a record of retries of the batch, from its name; nil for other files.
    package func number(ofRetryRecord name: String) -> Int? {
        guard name.hasPrefix("\(id)."), name.hasSuffix(".ndjson") else { return nil }
        return Int(name.dropFirst(id.count + 1).dropLast(".ndjson".count))
    }

    // Files in `_partial`. An ID contains no dot, so it ends at the first dot of the name.

    package func draft(_ kind: DataKind) -> String { "\(Self.partial)/\(id).\(kind.rawValue).\(kind.suffix)" }
    package var draftManifest: String { "\(Self.partial)/\(id).\(Self.manifestSuffix)" }
    package var draftReason: String { "\(Self.partial)/\(id).\(Self.reasonSuffix)" }
    package var journal: String { "\(Self.partial)/\(id).\(Self.journalSuffix)" }
    package var newJournal: String { "\(Self.partial)/\(id).\(Self.journalSuffix)-new" }
    package func scratch(_ run: Int) -> String { "\(Self.partial)/\(id).scratch-\(run)" }
    /// Returns the path of the lock file of a batch (``BatchLock``).
    static func lock(of id: String) -> String { "\(partial)/\(id).lock" }
    static let manifestSuffix = "manifest.json"
    static let journalSuffix = "journal"
    static let reasonSuffix = "quarantine.json"

    // Quarantined files.

    package func quarantined(_ kind: DataKind) -> String {
        "\(Self.quarantine)/\(id).\(kind.rawValue).\(kind.suffix)"
    }
    package var reason: String { "\(Self.quarantine)/\(id).json" }
}
