package import BatchPipeline
import JSONLines
package import MessageBatches
import Synchronization

/// The IDs in the join sources, as the IDs that each batch must contain.
package final class RequiredIDs: ExpectedIDs {
    private let settings: JoinSettings
    private let shared: [SharedIDs]
    /// Describes why the source of a batch cannot be read.
    private let describe: @Sendable (any Error) -> String

    /// A source for the whole run, and the number of its rows per batch.
    private struct SharedIDs: Sendable {
        var source: JoinSource
        /// Nil if all rows belong to the only batch.
        var rowsByBatch: [[UInt8]: Int]?
    }

    /// Prepares the IDs of the shared sources.
    ///
    /// If the run has a single batch, pass true as `isForOneBatch`: rows of a source without batches then belong to it.
    ///
    /// - Throws: ``JoinFailure`` with the cause `noBatch` if a source does not say to which batch an ID belongs.
    package init(
        _ prepared: PreparedJoin,
        isForOneBatch: Bool,
        describe: @escaping @Sendable (any Error) -> String
    ) throws {
        settings = prepared.settings
        self.describe = describe
        shared = try prepared.sharedSources.map { source in
            guard source.hasBatch else {
                guard isForOneBatch else { throw JoinFailure(.noBatch, path: source.path) }
                return SharedIDs(source: source, rowsByBatch: nil)
            }
            return SharedIDs(source: source, rowsByBatch: try source.rowsByBatch())
        }
    }

    package func expectation(of batch: MessageBatch) throws -> (any IDExpectation)? {
        var expected: [MarkedSource.Expected] = shared.map { ids in
            let rows = ids.rowsByBatch.map { $0[Array(batch.id.utf8)] ?? 0 }
            return MarkedSource.Expected(source: ids.source, rows: rows ?? ids.source.rowCount)
        }
        for place in settings.sources where place.isPerBatch {
            guard let source = try source(place, of: batch) else { continue }
            expected.append(MarkedSource.Expected(source: source, rows: source.rowCount))
        }
        return expected.isEmpty ? nil : MarkedSource(expected, batchID: Array(batch.id.utf8))
    }

    private func source(_ place: JoinSourcePlace, of batch: MessageBatch) throws -> JoinSource? {
        do {
            return try JoinSource.open(place, ofBatch: batch.id, settings)
        } catch let failure as JoinFailure {
            throw BatchFailure.unreadableIDs(describe(failure))
        }
    }
}

/// The rows of sources that belong to one batch, and which of them were found.
///
/// A lock protects the marks.
private final class MarkedSource: IDExpectation {
    struct Expected: Sendable {
        var source: JoinSource
        /// The number of rows that belong to the batch.
        var rows: Int
    }

    private let expected: [Expected]
    private let batchID: [UInt8]
    private let marks: Mutex<[RowMarks]>

    init(_ expected: [Expected], batchID: [UInt8]) {
        self.expected = expected
        self.batchID = batchID
        marks = Mutex(expected.map { RowMarks(rows: $0.source.rowCount) })
    }

    func checkOff(_ block: DecodedBlock) throws {
        for record in block.records {
            let token = block.block.bytes[record.customID.range]
            let id = JSONString.keyBytes(token, isEscaped: record.customID.isEscaped)
            for (index, ids) in expected.enumerated() {
                let key = JoinKey(id: id, batch: ids.source.hasBatch ? batchID : nil)
                guard let match = try ids.source.match(of: key) else { continue }
                marks.withLock { _ = $0[index].mark(match.position) }
            }
        }
    }

    func missing() -> Int {
        marks.withLock { marks in
            zip(expected, marks).reduce(0) { $0 + max(0, $1.0.rows - $1.1.count) }
        }
    }
}

extension JoinSource {
    /// The number of different keys per batch.
    fileprivate func rowsByBatch() throws -> [[UInt8]: Int] {
        var counts: [[UInt8]: Int] = [:]
        try forEachRow { row, _ in
            if let batch = row.key.batch { counts[batch, default: 0] += 1 }
        }
        return counts
    }
}
