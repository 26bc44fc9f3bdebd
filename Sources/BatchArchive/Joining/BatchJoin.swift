import BatchPipeline
import BlockGzip
import MessageBatches

/// The join of one batch: its raw members are read, joined and compressed several at a time, and written in order.
struct BatchJoin {
    let sides: [RunSide]
    let manifest: Manifest
    let folder: ArchiveFolder
    let settings: JoinSettings

    /// A block with everything parallel work can do for it.
    private struct FinishedBlock: Sendable {
        var number: Int
        var joined: JoinedBlock
        var member: [UInt8]
    }

    func run(into draft: JoinDraft) async throws {
        let joiner = Joiner(
            kind: settings.kind,
            form: settings.form,
            sides: sides.map(\.side),
            batch: manifest.batch
        )
        for source in sides.flatMap(\.sources) { source.beginBatch() }
        if let entry = manifest.files[.raw] {
            try await join(MemberReader(entry, in: folder, codec: settings.codec), joiner, into: draft)
        }
        for (index, side) in sides.enumerated() {
            for source in side.sources where !source.isWide {
                try source.forEachOrphan { row, content in
                    try draft.append(row, content, ofSide: index, side.side, joiner)
                }
            }
        }
        try draft.close()
    }

    private func join(_ reader: MemberReader, _ joiner: Joiner, into draft: JoinDraft) async throws {
        try await withThrowingTaskGroup(of: FinishedBlock.self) { group in
            var early: [Int: FinishedBlock] = [:]
            var started = 0
            var written = 0
            while written < reader.members.count {
                while started < reader.members.count, started - written < settings.blocksInFlight {
                    group.addTask { [started, codec = settings.codec] in
                        try Self.finish(started, reader, joiner, codec)
                    }
                    started += 1
                }
                guard let finished = try await group.next() else { break }
                early[finished.number] = finished
                while let next = early.removeValue(forKey: written) {
                    try draft.append(next.joined, member: next.member)
                    take(next.joined, draft)
                    written += 1
                }
                try Task.checkCancellation()
            }
        }
    }

    private func take(_ joined: JoinedBlock, _ draft: JoinDraft) {
        for (index, side) in sides.enumerated() {
            draft.sides[index].tally += joined.tallies[index]
            for (source, positions) in zip(side.sources, joined.matches[index]) { source.mark(positions) }
        }
    }

    /// The parallel part: one member of the raw file.
    private static func finish(
        _ number: Int,
        _ reader: MemberReader,
        _ joiner: Joiner,
        _ codec: any MemberCodec
    ) throws -> FinishedBlock {
        guard let block = try reader.block(ofMember: number) else {
            return FinishedBlock(number: number, joined: joiner.nothing, member: [])
        }
        let joined = try joiner.join(block)
        let member = joined.rows.isEmpty ? [] : try codec.member(holding: joined.rows.span)
        return FinishedBlock(number: number, joined: joined, member: member)
    }
}

extension JoinDraft {
    /// Adds a row of a source that has no result.
    func append(
        _ row: JoinRow,
        _ content: () -> JoinContent,
        ofSide index: Int,
        _ side: JoinSide,
        _ joiner: Joiner
    ) throws {
        sides[index].tally.rowsWithoutResult += 1
        let joined =
            joiner.kind == .missing ? try joiner.rowWithoutResult(row, content: content(), ofSide: index) : nil
        try append(row: joined, orphan: joiner.orphanLine(row, of: side))
    }
}
