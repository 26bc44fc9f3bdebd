package import MessageBatches

/// The kinds of data files an archive holds of a batch.
package enum DataKind: String, Sendable, CaseIterable, Comparable {
    /// The bytes as received.
    case raw
    /// The flat table.
    case results
    /// Flat rows with the columns of a join.
    case joined
    /// Ids without a partner in the join.
    case unmatched

    /// Lines as received are `.jsonl`, tables of our own `.ndjson`.
    var suffix: String {
        self == .raw ? "jsonl.gz" : "ndjson.gz"
    }

    package static func < (left: DataKind, right: DataKind) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Where the files of one batch lie, relative to the archive.
package struct ArchivePaths: Sendable, Hashable {
    package static let partial = "_partial"
    package static let quarantine = "_quarantine"
    package static let manifests = "manifests"
    package static let checksums = "SHA256SUMS"
    /// Roll-ups of runs and days.
    package static let summaries = "summaries"
    /// The page of the last run that wrote one.
    package static let page = "report.html"
    package static let views = "views"

    package let id: String
    package let day: CalendarDay

    /// The id of the batch that a file in `_partial` belongs to, by its name; nil if it belongs to no single batch.
    static func owner(ofPartial name: String) -> String? {
        guard let dot = name.firstIndex(of: "."), MessageBatch.isSafeID(String(name[..<dot])) else { return nil }
        return String(name[..<dot])
    }

    /// Throws if the id cannot be a file name as it is.
    package init(of batch: MessageBatch) throws(ArchiveFailure) {
        guard batch.hasSafeID else { throw ArchiveFailure(.unsafeID, .create, path: batch.id) }
        id = batch.id
        day = batch.day
    }

    // Published.

    package func folder(_ kind: DataKind) -> String { "\(kind.rawValue)/date=\(day.text)" }
    package func data(_ kind: DataKind) -> String { "\(folder(kind))/\(id).\(kind.suffix)" }
    /// A file with the members of several batches; an id holds no dot, so no batch has this name.
    func container(_ kind: DataKind, name: String) -> String { "\(folder(kind))/compact.\(name).\(kind.suffix)" }
    package var manifest: String { Self.manifest(of: id, on: day) }
    static func manifest(of id: String, on day: CalendarDay) -> String { "\(manifestFolder(of: day))/\(id).json" }
    static func manifestFolder(of day: CalendarDay) -> String { "\(manifests)/date=\(day.text)" }

    /// The batch of a manifest, by its name or path; nil for another file.
    static func id(ofManifest path: String) -> String? {
        let name = path.split(separator: "/").last ?? ""
        guard name.hasSuffix(".json") else { return nil }
        let id = String(name.dropLast(".json".count))
        return MessageBatch.isSafeID(id) ? id : nil
    }

    // On the way. An id holds no dot, so that the first dot of a name ends it.

    package func draft(_ kind: DataKind) -> String { "\(Self.partial)/\(id).\(kind.rawValue).\(kind.suffix)" }
    package var draftManifest: String { "\(Self.partial)/\(id).\(Self.manifestSuffix)" }
    package var draftReason: String { "\(Self.partial)/\(id).\(Self.reasonSuffix)" }
    package var journal: String { "\(Self.partial)/\(id).\(Self.journalSuffix)" }
    package var newJournal: String { "\(Self.partial)/\(id).\(Self.journalSuffix)-new" }
    package func scratch(_ run: Int) -> String { "\(Self.partial)/\(id).scratch-\(run)" }
    /// Its kernel lock is the right to work on the batch.
    static func lock(of id: String) -> String { "\(partial)/\(id).lock" }
    static let manifestSuffix = "manifest.json"
    static let journalSuffix = "journal"
    static let reasonSuffix = "quarantine.json"

    // Quarantined.

    package func quarantined(_ kind: DataKind) -> String {
        "\(Self.quarantine)/\(id).\(kind.rawValue).\(kind.suffix)"
    }
    package var reason: String { "\(Self.quarantine)/\(id).json" }
}
