import BatchPipeline

/// Opens a source: unpacks it, finds out its layout, and makes the index over its keys.
struct SourceOpening {
    let settings: JoinSettings
    /// Bytes of memory for the index.
    let memory: Int

    /// Opens the source at a place, or nil if there is no file of one batch.
    func open(_ place: JoinSourcePlace, isOptional: Bool = false) throws -> IndexedSource? {
        let content: SourceContent
        do {
            content = try self.content(of: place)
        } catch let failure as JoinFailure where isOptional && failure.cause == .notFound {
            return nil
        }
        let layout = try SourceLayout.reading(content, at: place)
        var findings = JoinSourceFindings(path: place.path)
        var columns = ColumnNames(layout.scanner, isWanted: settings.form == .flat)
        let built = try index(content, layout, &findings, &columns)
        try content.checkUnchanged()
        findings.duplicateKeys = built.repeats.count
        findings.duplicates = try Self.places(built.repeats.places, in: content)
        findings.isOnDisk = built.isOnDisk
        return IndexedSource(
            layout,
            at: place,
            content: content,
            index: built.index,
            columns: columns.names,
            findings: findings
        )
    }

    private func content(of place: JoinSourcePlace) throws -> SourceContent {
        guard try place.resolvedFormat() == .sqlite else {
            return try SourceContent.open(place.path, unpackingInto: settings.scratchFolder)
        }
        guard let table = JoinTable(place.path) else { throw JoinFailure(.unknownFormat, path: place.path) }
        guard try FileStatus.of(table.path) != nil else { throw JoinFailure(.notFound, path: table.path) }
        return try SourceContent.written(as: place.path, into: settings.scratchFolder) { write in
            try settings.tables.forEachRow(of: table) { try write($0) }
        }
    }

    private func index(
        _ content: SourceContent,
        _ layout: SourceLayout,
        _ findings: inout JoinSourceFindings,
        _ columns: inout ColumnNames
    ) throws -> BuiltIndex {
        guard content.size < IndexEntry.offsetLimit else { throw JoinFailure(.tooLarge, path: content.path) }
        var builder = JoinIndexBuilder(memory: memory, folder: settings.scratchFolder)
        var reading = RowReading(content, layout.scanner, from: layout.start, policy: settings.policy)
        while let (row, place) = try reading.next() {
            try builder.add(IndexEntry(hash: row.key.hash, place: place))
            if columns.isWanted { columns.take(reading.bytes(of: row)) }
        }
        findings.skippedRows = reading.skipped
        findings.skipped = try Self.places(reading.skippedPlaces, in: content)
        let scanner = layout.scanner
        return try builder.finish { first, second in
            let (one, _) = try IndexedSource.row(at: first, in: content, scanner)
            let (other, _) = try IndexedSource.row(at: second, in: content, scanner)
            return one.key == other.key
        }
    }

    private static func places(_ offsets: [Int], in content: SourceContent) throws -> [JoinSourceFindings.Place] {
        let offsets = offsets.sorted()
        return zip(try content.lines(at: offsets), offsets).map { JoinSourceFindings.Place(line: $0, byte: $1) }
    }
}
