package import BatchSimulator
package import MessageBatches

/// A request that the service received, for assertions.
///
/// It never contains the key.
package struct RecordedRequest: Sendable {
    /// The maximum number of body bytes to keep.
    package static let keptBodyBytes = 4_096

    /// The number of the request, from 1.
    package var number: Int
    package var time: Timestamp
    package var method: String
    package var path: String
    package var query: [(name: String, value: String)]
    /// All headers; the values of `x-api-key` and `authorization` are replaced by `…`.
    package var headers: [HeaderField]
    /// The beginning of the body, up to ``keptBodyBytes``.
    package var body: [UInt8]
    package var credential: SimulatedRequest.Credential
    /// The requested endpoint; nil if the API has no such path.
    package var endpoint: Endpoint?
    package var batchID: String?
    /// The status of the reply.
    package var status: Int
    /// The positions in the scenario of the faults that were applied.
    package var faults: [Int]
}

extension SimulatedRequest {
    /// The headers without the value of the key.
    package var headersWithoutKey: [HeaderField] {
        headers.map { field in
            let isSecret = ["x-api-key", "authorization"].contains(field.name.lowercased())
            return isSecret ? HeaderField(field.name, "…") : field
        }
    }
}
