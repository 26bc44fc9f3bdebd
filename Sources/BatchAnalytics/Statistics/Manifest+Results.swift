import BatchArchive
import MessageBatches
import Prices

extension Manifest {
    /// Why the results cannot be read although the batch has some; nil if they can be read.
    ///
    /// The raw file was pruned, or the archive is a copy without raw files. Prices and expectation are those of
    /// ``ArchiveStatistics``.
    func missingResults(_ prices: PriceTable?, _ expectation: AnswerExpectation?) -> ArchiveFailure? {
        guard lacksRaw else { return nil }
        let cause = pruned[.raw] == nil ? "this copy of the archive has no raw files" : "its raw file was pruned"
        let effect =
            if expectation != nil {
                "its answers cannot be read"
            } else if prices != nil {
                "other prices cannot be applied"
            } else {
                "its results cannot be read"
            }
        let path = (try? ArchivePaths(of: batch).data(.raw)) ?? batch.id
        return ArchiveFailure(.noRawFile("\(cause), so \(effect)"), .read, path: path)
    }
}
