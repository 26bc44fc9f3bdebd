import ArgumentParser
import BatchPipeline

/// The option `--shard`, which selects one of several equal parts of the batches for job arrays.
struct ShardOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only part i, from 0, of n equal parts: 0/4 to 3/4. The batch id alone decides which part a batch is in.",
            valueName: "i/n"
        )
    )
    var shard: String?

    /// The selected part, or nil for all batches.
    func part() throws(CommandFailure) -> BatchShard? {
        guard let shard else { return nil }
        let numbers = shard.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let index = numbers[0], let count = numbers[1],
            let part = BatchShard(index, of: count)
        else { throw .badShard(shard) }
        return part
    }
}
