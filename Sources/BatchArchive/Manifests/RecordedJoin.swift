import FoundationEssentials

/// The settings and counts of the last join of a batch, as far as they decide whether it is joined again.
package struct RecordedJoin: Decodable, Sendable {
    package struct Source: Decodable, Sendable {
        package let name: String
        package let requestsWithoutResult: Int
    }

    package let type: String
    package let output: String
    package let sources: [Source]
}

extension Manifest {
    /// The last join; nil before the first one, or if it cannot be read.
    package var recordedJoin: RecordedJoin? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return join.flatMap { try? decoder.decode(RecordedJoin.self, from: Data($0)) }
    }
}
