import BatchCatalog
import BatchPipeline
import Foundation
import MessageBatches

/// Values the tests of the catalog begin with.
enum Samples {
    static let now = Timestamp("2026-11-01T02:00:00Z") ?? Timestamp(seconds: 0)
    static let day: Int64 = 86_400

    /// An ended batch with results to fetch, made so many days before ``now``.
    static func batch(_ id: String = "msgbatch_1", daysBefore days: Int64 = 1) -> MessageBatch {
        let created = now.adding(seconds: -days * day)
        return MessageBatch(
            id: id,
            status: .ended,
            counts: RequestCounts(byType: ["succeeded": 3, "unheard_of": 1]),
            createdAt: created,
            expiresAt: created.adding(seconds: day),
            endedAt: created.adding(seconds: 60),
            resultsURL: "https://api.example/results",
            json: Array("{}".utf8)
        )
    }

    /// A row of a batch that was listed now.
    static func row(_ id: String = "msgbatch_1", daysBefore days: Int64 = 1) -> CatalogBatch {
        CatalogBatch(batch(id, daysBefore: days), seenAt: now, serverDate: now)
    }

    static func failure(_ status: Int, requestID: String? = nil) -> ServiceError {
        ServiceError(code: .status(status), operation: "GET results", requestID: requestID)
    }

    /// The outcome of a batch that was archived.
    static func archived(_ batch: MessageBatch, requestID: String? = "req_1") -> BatchOutcome {
        let proof = BatchProof(
            batch: batch,
            found: batch.counts.byType,
            emptyLines: 0,
            rejected: [],
            duplicateLines: 0,
            summaries: SummarySet([]),
            requestID: requestID,
            startedAt: now,
            finishedAt: now.adding(seconds: 5)
        )
        return .archived(PublishedBatch(files: [], storedBytes: 0), proof, receivedBytes: 0)
    }
}

/// A catalog in a folder that is gone when the test is.
func withCatalog(_ body: (Catalog, String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "batchkeep-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: Catalog.fileName).path
    try body(Catalog(path: path, usesWriteAheadLog: true), path)
}
