package import BatchSimulator
package import MessageBatches

/// A request the service received, for assertions.
///
/// The key itself is never kept.
package struct RecordedRequest: Sendable {
    /// How much of a body is kept.
    package static let keptBodyBytes = 4_096

    /// The number of the request, from 1.
    package var number: Int
    package var time: Timestamp
    package var method: String
    package var path: String
    package var query: [(name: String, value: String)]
    /// All headers but the values of `x-api-key` and `authorization`, which read `…`.
    package var headers: [HeaderField]
    /// The beginning of the body, up to ``keptBodyBytes``.
    package var body: [UInt8]
    package var credential: SimulatedRequest.Credential
    /// The endpoint asked for, nil for a path the API does not have.
    package var endpoint: Endpoint?
    package var batchID: String?
    /// The status answered.
    package var status: Int
    /// The positions in the scenario of the faults that applied.
    package var faults: [Int]
}

extension SimulatedRequest {
    /// The headers as they may be kept: without the value of the key.
    package var headersWithoutKey: [HeaderField] {
        headers.map { field in
            let isSecret = ["x-api-key", "authorization"].contains(field.name.lowercased())
            return isSecret ? HeaderField(field.name, "…") : field
        }
    }
}
