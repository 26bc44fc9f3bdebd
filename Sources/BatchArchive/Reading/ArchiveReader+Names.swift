package import MessageBatches

extension ArchiveReader {
    /// The ids of all archived batches with the days of their creation, from the names of the manifests alone.
    package func archivedDays() throws(ArchiveFailure) -> [String: CalendarDay] {
        var days: [String: CalendarDay] = [:]
        for path in try folder.manifestPaths() {
            // manifests/date=2024-08-20/ID.json
            let parts = path.split(separator: "/")
            guard parts.count == 3, let day = CalendarDay(parts[1].dropFirst("date=".count)) else { continue }
            days[String(parts[2].dropLast(".json".count))] = day
        }
        return days
    }
}
