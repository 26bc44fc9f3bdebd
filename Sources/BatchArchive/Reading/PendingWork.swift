package import MessageBatches

/// The derived files that an interrupted run has not written; a later run writes them.
///
/// It is computed from the files of the archive alone, so no crash can lose it. It is not damage.
package struct PendingWork: Sendable, Hashable {
    /// The sorted IDs of batches for which a join was requested and not done.
    package var joins: [String] = []
    /// The paths of manifests that SHA256SUMS does not list.
    package var unlisted: [String] = []
    /// The days with archived batches that have no roll-up.
    package var days: [CalendarDay] = []
    /// The names of files that are missing in `views/`.
    package var views: [String] = []
    /// The sorted IDs of batches without a proof of completeness.
    ///
    /// Only an import of other files with a batch object can prove them.
    package var unproven: [String] = []

    package init() {}

    /// Finds the pending work of an archive; `views` are the names of the files that belong in `views/`.
    ///
    /// Manifests that cannot be read are skipped: `verify` reports them.
    ///
    /// - Throws: ``ArchiveFailure`` if the folders cannot be listed.
    package init(in folder: ArchiveFolder, views: [String]) async throws {
        // No run can write to a copy without raw files.
        if try folder.isCopyWithoutRaw { return }
        let found = try await ArchiveReader(folder)
            .fold([], of: ArchiveSelection(), into: PendingWork()) { work, batch in
                if batch.isJoinPending { work.joins.append(batch.batch.id) }
                if !batch.isProven { work.unproven.append(batch.batch.id) }
            } merge: {
                $0.joins += $1.joins
                $0.unproven += $1.unproven
            }
            .result
        (joins, unproven) = (found.joins.sorted(), found.unproven.sorted())
        let manifests = try folder.manifestPaths()
        // In an archive without batches, nothing is pending.
        guard !manifests.isEmpty else { return }
        // `verify` reports something else in place of the list.
        let listed = try ChecksumList.readable(in: folder)?.digests ?? [:]
        unlisted = manifests.filter { listed[$0] == nil }
        days = try folder.days { _, rollUps in rollUps.contains { $0 == nil } }
        self.views = try views.sorted().filter { try folder.status("\(ArchivePaths.views)/\($0)") == nil }
    }

    package var isEmpty: Bool { self == PendingWork() }
}

extension ArchiveFolder {
    /// The formats of the roll-up of a day.
    private static let rollUpFormats = ["csv", "json"]

    /// The days whose roll-up is missing or older than the latest manifest of the day.
    ///
    /// A run that was killed has archived batches and left the roll-ups of their days unchanged.
    package func daysToRollUp() throws(ArchiveFailure) -> [CalendarDay] {
        try days { manifests, rollUps in rollUps.contains { $0.map { $0 <= manifests } ?? true } }
    }

    /// The days with manifests that `isWanted` accepts, by the times when a manifest was last added and when the
    /// roll-ups were written; nil for a roll-up that does not exist.
    fileprivate func days(where isWanted: (Int64, [Int64?]) -> Bool) throws(ArchiveFailure) -> [CalendarDay] {
        var days: [CalendarDay] = []
        for day in try manifestDays() {
            guard let manifests = try status(ArchivePaths.manifestFolder(of: day)), manifests.isFolder else { continue }
            var rollUps: [Int64?] = []
            for format in Self.rollUpFormats {
                rollUps.append(try status(ArchivePaths.rollUp(of: day, format: format))?.modified)
            }
            if isWanted(manifests.modified, rollUps), try !archivedIDs(of: day).isEmpty { days.append(day) }
        }
        return days
    }
}
