import BatchPipeline

/// A source in a run: its index, and which of its rows have a result so far.
///
/// Used by one task; what other tasks see of it is ``indexed``.
final class RunSource {
    let indexed: IndexedSource
    /// Whether it is for all batches of the run, not for one.
    let isWide: Bool
    /// The name of the side it belongs to.
    let sideName: String
    private var marks: JoinMarks
    /// How many rows got a result by each batch, in the order of the batches.
    private var matchesByBatch: [Int] = []
    private var sharedKeys = 0

    /// `place` is the source as the user named it, for all batches.
    init(_ indexed: IndexedSource, of place: JoinSourcePlace) {
        self.indexed = indexed
        isWide = !place.isPerBatch
        sideName = indexed.holdsRequests ? JoinSide.requestName : place.stem
        marks = JoinMarks(rows: indexed.rowCount)
    }

    func beginBatch() {
        matchesByBatch.append(0)
    }

    /// Notes rows that have a result in the batch begun last.
    func mark(_ positions: [Int]) {
        matchesByBatch[matchesByBatch.count - 1] += positions.count
        // Ids are unique inside a batch: a row marked before has a result in another one.
        for position in positions where !marks.mark(position) { sharedKeys += 1 }
    }

    /// The rows that had results in several batches, counted since the last call.
    func takeSharedKeys() -> Int {
        defer { sharedKeys = 0 }
        return sharedKeys
    }

    /// The batch, by its number, that has most of the rows, the first of several: rows without a result are most likely its
    /// own.
    var homeBatch: Int? {
        matchesByBatch.max().flatMap { most in matchesByBatch.firstIndex(of: most) }
    }

    /// Gives every row that has no result, in the order of the source; what it says is read only when asked for.
    func forEachOrphan(_ body: (JoinRow, () -> JoinContent) throws -> Void) throws {
        guard marks.count < indexed.rowCount else { return }
        var reading = indexed.reading()
        while let (row, place) = try reading.next() {
            guard let position = try indexed.position(of: row, at: place), !marks.contains(position) else { continue }
            try body(row) { indexed.content(of: row, bytes: reading.bytes(of: row)) }
        }
        try indexed.content.checkUnchanged()
    }
}

/// The sources of one name in a run.
struct RunSide {
    let name: String
    let sources: [RunSource]
    let side: JoinSide

    init(name: String, sources: [RunSource]) {
        self.name = name
        self.sources = sources
        side = JoinSide(name: name, sources: sources.map(\.indexed))
    }
}

/// The sources for all batches of a run, opened once.
struct WideSources {
    /// By the position of the source among those given.
    private var sources: [Int: RunSource] = [:]

    var all: [RunSource] {
        sources.sorted { $0.key < $1.key }.map(\.value)
    }

    init(_ settings: JoinSettings) throws {
        for (index, place) in settings.sources.enumerated() where !place.isPerBatch {
            guard let indexed = try Self.opening(settings).open(place) else { continue }
            sources[index] = RunSource(indexed, of: place)
        }
        _ = try Self.sides(of: all)
    }

    private static func opening(_ settings: JoinSettings) -> SourceOpening {
        SourceOpening(settings: settings, memory: settings.memory / max(1, settings.sources.count))
    }

    /// The sides of one batch: these sources and those of its own.
    func sides(with batchID: String, _ settings: JoinSettings) throws -> [RunSide] {
        var found: [RunSource] = []
        for (index, place) in settings.sources.enumerated() {
            if let source = sources[index] {
                found.append(source)
            } else if let indexed = try Self.opening(settings).open(place.place(of: batchID), isOptional: true) {
                found.append(RunSource(indexed, of: place))
            }
        }
        return try Self.sides(of: found)
    }

    private static func sides(of sources: [RunSource]) throws(JoinFailure) -> [RunSide] {
        var names: [String] = []
        var members: [String: [RunSource]] = [:]
        for source in sources {
            let name = source.sideName
            let isTaken = members[name] != nil && !source.indexed.holdsRequests
            let isReserved = !source.indexed.holdsRequests && reservedNames.contains(name)
            if isTaken || isReserved { throw JoinFailure(.name(name), path: source.indexed.place.path) }
            if members[name] == nil { names.append(name) }
            members[name, default: []].append(source)
        }
        return names.map { RunSide(name: $0, sources: members[$0] ?? []) }
    }

    /// The names that joined rows use themselves.
    private static let reservedNames: Set<String> = ["batch_id", "custom_id", "result", JoinSide.requestName]
}

extension WideSources {
    /// Gives every row without a result to its batch: the one it names, or the one most rows of its source belong to.
    func writeOrphans(to drafts: [JoinDraft], _ settings: JoinSettings) throws {
        guard !drafts.isEmpty else { return }
        let byID = Dictionary(drafts.enumerated().map { ($0.element.paths.id, $0.offset) }) { first, _ in first }
        var last: (number: Int, joiner: Joiner)?
        for source in all {
            let side = JoinSide(name: source.sideName, sources: [])
            try source.forEachOrphan { row, content in
                let named = row.key.batch.map { byID[String(decoding: $0, as: UTF8.self)] }
                // A row of a batch that is not joined in this run is no orphan.
                guard let number = named ?? source.homeBatch else { return }
                let draft = drafts[number]
                if last?.number != number { last = (number, try joiner(of: draft, settings)) }
                guard
                    let joiner = last?.joiner,
                    let index = draft.sides.firstIndex(where: { $0.name == source.sideName })
                else { return }
                try draft.append(row, content, ofSide: index, side, joiner)
            }
        }
    }

    /// A joiner for rows without results; it looks at the other sides only where rows are made of them.
    private func joiner(of draft: JoinDraft, _ settings: JoinSettings) throws -> Joiner {
        let sides = settings.kind == .missing ? try sides(with: draft.paths.id, settings).map(\.side) : []
        return Joiner(kind: settings.kind, form: settings.form, sides: sides, batch: draft.manifest.batch)
    }
}
