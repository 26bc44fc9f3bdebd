import Testing

@testable import BatchPipeline

struct BatchShardTests {
    @Test(arguments: [
        ("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8 as UInt64),
    ])
    func `the hash is the published FNV-1a`(id: String, hash: UInt64) {
        #expect(BatchShard.hash(id) == hash)
    }

    @Test(arguments: [1, 2, 3, 8, 64, 100])
    func `each batch is in exactly one shard, and the shards have about equal sizes`(count: Int) throws {
        var sizes = [Int](repeating: 0, count: count)
        let shards = try (0..<count).map { try #require(BatchShard($0, of: count)) }
        for number in 0..<10_000 {
            let id = "msgbatch_01Hk\(number)qZ"
            let holders = shards.filter { $0.contains(id) }
            #expect(holders.count == 1)
            for shard in holders { sizes[shard.index] += 1 }
        }
        #expect(sizes.allSatisfy { $0 * count > 5_000 && $0 * count < 20_000 }, "\(sizes)")
    }

    @Test(arguments: [(-1, 4), (4, 4), (5, 4), (0, 0), (0, -1)])
    func `a shard that does not exist is an error`(index: Int, count: Int) {
        #expect(BatchShard(index, of: count) == nil)
    }
}
