package import MessageBatches

/// The port to what somebody else says a batch must hold: a second proof of completeness, which does not depend on the
/// server's counts.
package protocol ExpectedIDs: Sendable {
    /// What a batch must hold; nil where nobody says anything about it.
    func expectation(of batch: MessageBatch) throws -> (any IDExpectation)?
}

/// The ids one read of a batch must show, ticked off block by block.
package protocol IDExpectation: Sendable {
    /// Ticks off the ids of a block.
    func take(_ block: DecodedBlock) throws

    /// How many of the ids did not occur so far.
    func missing() -> Int
}
