import ArgumentParser
import BatchPipeline

/// The option `--shard`, which selects one of several equal parts of the batches for job arrays.
struct ShardOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Select part i, from 0, of n equal parts, such as 0/4. The ID of a batch decides which part it is in.",
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
