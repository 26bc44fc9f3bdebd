package import BatchPipeline
import JSONLines
package import MessageBatches
import Synchronization

/// The ids that join sources name, as what a batch must hold.
package final class RequiredIDs: ExpectedIDs {
    private let settings: JoinSettings
    private let wide: [WideIDs]

    /// A source for the whole run, and how many of its rows belong to each batch.
    private struct WideIDs: Sendable {
        var source: IndexedSource
        /// Nil where all rows belong to the one batch there is.
        var rowsByBatch: [[UInt8]: Int]?
    }

    /// `isForOneBatch` says that the run is about a single batch: then all rows of a source belong to it that tells no other.
    ///
    /// - Throws: ``JoinFailure`` with the cause `noBatch` for a source that does not tell to which batch an id belongs.
    package init(_ prepared: PreparedJoin, isForOneBatch: Bool) throws {
        settings = prepared.settings
        wide = try prepared.wide.all.map { source in
            let source = source.indexed
            guard source.hasBatch else {
                guard isForOneBatch else { throw JoinFailure(.noBatch, path: source.place.path) }
                return WideIDs(source: source, rowsByBatch: nil)
            }
            return WideIDs(source: source, rowsByBatch: try source.rowsByBatch())
        }
    }

    package func expectation(of batch: MessageBatch) throws -> (any IDExpectation)? {
        var expected: [TickedSource.Expected] = wide.map { ids in
            let rows = ids.rowsByBatch.map { $0[Array(batch.id.utf8)] ?? 0 }
            return TickedSource.Expected(source: ids.source, rows: rows ?? ids.source.rowCount)
        }
        for place in settings.sources where place.isPerBatch {
            let opening = SourceOpening(settings: settings, memory: settings.memory / max(1, settings.sources.count))
            guard let source = try opening.open(place.place(of: batch.id), isOptional: true) else { continue }
            expected.append(TickedSource.Expected(source: source, rows: source.rowCount))
        }
        return expected.isEmpty ? nil : TickedSource(expected, batchID: Array(batch.id.utf8))
    }
}

/// The rows of some sources that belong to one batch, ticked off.
///
/// The lock guards the ticks.
private final class TickedSource: IDExpectation {
    struct Expected: Sendable {
        var source: IndexedSource
        /// Rows of the batch.
        var rows: Int
    }

    private let expected: [Expected]
    private let batchID: [UInt8]
    private let marks: Mutex<[JoinMarks]>

    init(_ expected: [Expected], batchID: [UInt8]) {
        self.expected = expected
        self.batchID = batchID
        marks = Mutex(expected.map { JoinMarks(rows: $0.source.rowCount) })
    }

    func take(_ block: DecodedBlock) throws {
        for record in block.records {
            let token = block.block.bytes[record.customID.range]
            let id = JSONString.keyBytes(token, isEscaped: record.customID.isEscaped)
            for (index, ids) in expected.enumerated() {
                let key = JoinKey(id: id, batch: ids.source.hasBatch ? batchID : nil)
                guard let partner = try ids.source.partner(of: key) else { continue }
                marks.withLock { _ = $0[index].mark(partner.position) }
            }
        }
    }

    func missing() -> Int {
        marks.withLock { marks in
            zip(expected, marks).reduce(0) { $0 + max(0, $1.0.rows - $1.1.count) }
        }
    }
}

extension IndexedSource {
    /// How many different keys each batch has.
    fileprivate func rowsByBatch() throws -> [[UInt8]: Int] {
        var counts: [[UInt8]: Int] = [:]
        var reading = reading()
        while let (row, place) = try reading.next() {
            guard let batch = row.key.batch, try position(of: row, at: place) != nil else { continue }
            counts[batch, default: 0] += 1
        }
        return counts
    }
}
