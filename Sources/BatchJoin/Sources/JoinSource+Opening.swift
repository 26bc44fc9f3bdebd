import BatchArchive

extension JoinSource {
    /// Opens the source of one batch or of all batches: unpacks it, reads its layout, and builds the index over its
    /// keys.
    ///
    /// `origin` is the source as the user named it. Returns nil if the batch has no file.
    static func open(
        _ origin: JoinSourcePlace,
        ofBatch batchID: String? = nil,
        _ settings: JoinSettings
    ) throws -> JoinSource? {
        let place = batchID.map { origin.place(of: $0) } ?? origin
        let content: SourceContent
        do {
            content = try SourceContent.open(
                place,
                unpackingInto: settings.scratchFolder,
                rowLimit: settings.rowLimit
            )
        } catch let failure as JoinFailure where batchID != nil && failure.cause == .notFound {
            return nil
        }
        guard content.size < IndexEntry.offsetLimit else { throw JoinFailure(.tooLarge, path: content.path) }
        let layout = try SourceLayout.reading(content, at: place)
        let scanner = layout.scanner
        var columns = ColumnNames(scanner, isWanted: settings.form == .flat)
        var builder = JoinIndexBuilder(memory: settings.memoryPerSource, folder: settings.scratchFolder)
        var reading = SourceRowReader(content, scanner, from: layout.start, policy: settings.policy)
        while let (row, place) = try reading.next() {
            try builder.add(IndexEntry(hash: row.key.hash, place: place))
            if columns.isWanted { columns.record(reading.bytes(of: row)) }
        }
        let built = try builder.finish { first, second in
            let (one, _) = try scanner.row(at: first, in: content)
            let (other, _) = try scanner.row(at: second, in: content)
            return one.key == other.key
        }
        try content.checkUnchanged()
        let findings = JoinSourceFindings(
            path: place.path,
            duplicateKeys: built.repeats.count,
            duplicates: try places(built.repeats.places, in: content, scanner.lineEnd),
            skippedRows: reading.skipped,
            skipped: try places(reading.skippedPlaces, in: content, scanner.lineEnd),
            isOnDisk: built.isOnDisk
        )
        return JoinSource(
            layout,
            of: origin,
            content: content,
            index: built.index,
            columns: columns.names,
            findings: findings
        )
    }

    private static func places(
        _ offsets: [Int],
        in content: SourceContent,
        _ lineEnd: UInt8
    ) throws -> [JoinSourceFindings.Place] {
        let offsets = offsets.sorted()
        return zip(try content.lines(at: offsets, lineEnd: lineEnd), offsets)
            .map { JoinSourceFindings.Place(line: $0, byte: $1) }
    }
}
