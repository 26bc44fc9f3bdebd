package import MessageBatches

/// The port to a second proof of completeness: request IDs from a source other than the server's counts.
package protocol ExpectedIDs: Sendable {
    /// Returns the IDs that a batch must contain; nil if the source does not know the batch.
    func expectation(of batch: MessageBatch) throws -> (any IDExpectation)?
}

/// The request IDs that one download must contain, checked off block by block.
package protocol IDExpectation: Sendable {
    /// Checks off the IDs of a block.
    func checkOff(_ block: DecodedBlock) throws

    /// Returns the number of IDs that have not occurred so far.
    func missing() -> Int
}
