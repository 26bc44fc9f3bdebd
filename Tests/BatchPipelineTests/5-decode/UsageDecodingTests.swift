import BatchPipeline
import MessageBatches
import Testing

/// `message.usage` in all valid forms and in some invalid ones.
struct UsageDecodingTests {
    private func record(usage: String) throws -> ResultRecord {
        let block = try ResultDecoder.decode(
            text: "{\"custom_id\":\"a\",\"result\":{\"type\":\"succeeded\",\"message\":{\"usage\":\(usage)}}}"
        )
        #expect(block.rejected == [])
        return try #require(block.records.first)
    }

    private func tokens(_ input: Int64 = 0, _ output: Int64 = 0) -> TokenUsage {
        var usage = TokenUsage()
        usage.input = input
        usage.output = output
        return usage
    }

    @Test(arguments: [
        "null", "{}", "{\"unknown\":{\"input_tokens\":9}}", "{\"input_tokens\":5}", "{\"output_tokens\":5}",
        "{\"input_tokens\":5,\"output_tokens\":null}", "{\"input_tokens\":5,\"input_tokens\":null,\"output_tokens\":1}",
    ])
    func `usage without input and output tokens is unreadable, not zero`(usage: String) throws {
        let record = try record(usage: usage)
        #expect(record.usage == TokenUsage())
        #expect(!record.usageIsReadable)
    }

    @Test(arguments: [",\"message\":{}", "", ",\"message\":null"])
    func `usage that is missing is unreadable`(message: String) throws {
        let block = try ResultDecoder.decode(
            text: "{\"custom_id\":\"a\",\"result\":{\"type\":\"succeeded\"\(message)}}"
        )
        #expect(block.records.map(\.usageIsReadable) == [false])
        #expect(block.records.map(\.usage) == [TokenUsage()])
    }

    @Test func `nulls are zero`() throws {
        let record = try record(
            usage:
                #"{"input_tokens":5,"output_tokens":6,"cache_creation_input_tokens":null,"cache_read_input_tokens":null,"#
                + #""cache_creation":null,"server_tool_use":null,"output_tokens_details":null,"service_tier":null,"#
                + #""inference_geo":null}"#
        )
        #expect(record.usage == tokens(5, 6))
        #expect(record.usageIsReadable)
        #expect(record.serviceTier == nil)
        #expect(record.inferenceGeo == nil)
    }

    @Test(
        arguments: [
            // Not split by lifetime: five minutes is the default.
            (#""cache_creation_input_tokens":30"#, 30, 0),
            (#""cache_creation_input_tokens":30,"cache_creation":null"#, 30, 0),
            (#""cache_creation":{},"cache_creation_input_tokens":30"#, 30, 0),
            // Split.
            (
                #""cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20}"#,
                10, 20
            ),
            (
                #""cache_creation":{"ephemeral_1h_input_tokens":20,"ephemeral_5m_input_tokens":10},"cache_creation_input_tokens":30"#,
                10, 20
            ),
            (#""cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20}"#, 10, 20),
            (#""cache_creation_input_tokens":null,"cache_creation":{"ephemeral_1h_input_tokens":20}"#, 0, 20),
            // The part that the split does not contain counts as five minutes.
            (#""cache_creation_input_tokens":30,"cache_creation":{"ephemeral_1h_input_tokens":20}"#, 10, 20),
            (
                #""cache_creation_input_tokens":50,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20}"#,
                30, 20
            ),
            (
                #""cache_creation_input_tokens":5,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20}"#,
                10, 20
            ),
            (
                #""cache_creation":{"ephemeral_5m_input_tokens":null,"ephemeral_1h_input_tokens":20,"new":{"a":1}}"#, 0,
                20
            ),
        ] as [(String, Int64, Int64)]
    )
    func `cache writes are split by lifetime if the line has the lifetimes`(members: String, short: Int64, long: Int64)
        throws
    {
        let record = try record(usage: "{\"input_tokens\":1,\"output_tokens\":1,\(members)}")
        #expect(record.usage.cacheCreation5m == short)
        #expect(record.usage.cacheCreation1h == long)
        #expect(record.usageIsReadable)
    }

    @Test func `numbers, strings and objects can be mixed`() throws {
        let record = try record(
            usage:
                #"{"inference_geo":"us","output_tokens_details":{"thinking_tokens":4,"x":[]},"service_tier":"priority","#
                + #""server_tool_use":{"web_fetch_requests":2,"web_search_requests":1},"output_tokens":9,"input_tokens":0}"#
        )
        #expect(record.usage.thinking == 4)
        #expect(record.usage.webSearches == 1)
        #expect(record.usage.webFetches == 2)
        #expect(record.usage.output == 9)
        #expect(record.usage.input == 0)
    }

    @Test(arguments: [
        "-1", "1.0", "1e3", "0.5", "\"12\"", "true", "[]", "{}", "1000000000001", "9223372036854775808",
        "123456789012345678901234567890", "1e999999999",
    ])
    func `a count that is not a whole number within the limit makes the usage unreadable`(count: String) throws {
        let counts = "\"input_tokens\":1,\"output_tokens\":1"
        for key in ["input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"] {
            let record = try record(usage: "{\(counts),\"\(key)\":\(count),\"thinking\":1}")
            #expect(!record.usageIsReadable)
            #expect(record.usage == TokenUsage())
        }
        for (object, key) in [
            ("cache_creation", "ephemeral_5m_input_tokens"), ("cache_creation", "ephemeral_1h_input_tokens"),
            ("output_tokens_details", "thinking_tokens"), ("server_tool_use", "web_search_requests"),
            ("server_tool_use", "web_fetch_requests"),
        ] {
            let record = try record(usage: "{\(counts),\"\(object)\":{\"\(key)\":\(count)}}")
            #expect(!record.usageIsReadable)
            #expect(record.usage == TokenUsage())
        }
    }

    @Test(arguments: ["7", "\"x\"", "[]", "true"])
    func `a value that should be an object makes the usage unreadable`(value: String) throws {
        #expect(!(try record(usage: value).usageIsReadable))
        for key in ["cache_creation", "output_tokens_details", "server_tool_use"] {
            #expect(
                !(try record(usage: "{\"input_tokens\":1,\"output_tokens\":1,\"\(key)\":\(value)}").usageIsReadable)
            )
        }
    }

    @Test func `the largest count is 1,000,000,000,000`() throws {
        let record = try record(usage: #"{"input_tokens":1000000000000,"output_tokens":0}"#)
        #expect(record.usage == tokens(1_000_000_000_000))
        #expect(record.usageIsReadable)
    }

    @Test func `a repeated key replaces an unreadable count`() throws {
        var record = try record(usage: #"{"input_tokens":"x","input_tokens":5,"output_tokens":6}"#)
        #expect(record.usageIsReadable)
        #expect(record.usage == tokens(5, 6))
        record = try self.record(usage: #"{"input_tokens":5,"input_tokens":-1,"output_tokens":6}"#)
        #expect(!record.usageIsReadable)
        record = try self.record(
            usage:
                #"{"input_tokens":5,"output_tokens":6,"cache_creation":7,"cache_creation":{"ephemeral_1h_input_tokens":2}}"#
        )
        #expect(record.usageIsReadable)
        #expect(record.usage.cacheCreation1h == 2)
        record = try self.record(
            usage:
                #"{"input_tokens":5,"output_tokens":6,"cache_creation":{"ephemeral_1h_input_tokens":2.5},"cache_creation":null}"#
        )
        #expect(record.usageIsReadable)
        #expect(record.usage.cacheCreation1h == 0)
        record = try self.record(usage: #"7,"usage":{"input_tokens":3,"output_tokens":0}"#)
        #expect(record.usageIsReadable)
        #expect(record.usage == tokens(3))
    }

    @Test func `a null after an optional count replaces it`() throws {
        let counts = #""cache_read_input_tokens":5,"cache_read_input_tokens":null"#
        let record = try record(usage: "{\"input_tokens\":1,\"output_tokens\":2,\(counts)}")
        #expect(record.usage == tokens(1, 2))
        #expect(record.usageIsReadable)
    }

    // MARK: Iterations

    private static func entry(_ type: String, _ input: Int, _ output: Int, _ rest: String = "") -> String {
        "{\"type\":\"\(type)\",\"input_tokens\":\(input),\"output_tokens\":\(output)\(rest)}"
    }

    private func record(top: (Int, Int), _ entries: String) throws -> ResultRecord {
        try record(usage: "{\"input_tokens\":\(top.0),\"output_tokens\":\(top.1),\"iterations\":\(entries)}")
    }

    @Test(arguments: ["null", "[]", "[\(entry("message", 5, 6))]", "[\(entry("message", 5, 6, ",\"model\":null"))]"])
    func `no iterations, or the only one, are the request itself`(entries: String) throws {
        let record = try record(top: (5, 6), entries)
        #expect(record.usage == tokens(5, 6))
        #expect(record.entries.isEmpty && !record.hasUnusualIterations && record.usageIsReadable)
        #expect(record.iterations == (entries.contains("message") ? 1 : 0))
    }

    @Test func `entries of other types are billed in addition to the messages`() throws {
        let record = try record(
            top: (30, 3),
            "[\(Self.entry("message", 10, 1)),\(Self.entry("compaction", 500, 50)),\(Self.entry("message", 20, 2)),"
                + "\(Self.entry("advisor_message", 7, 8, ",\"model\":\"claude-x\""))]"
        )
        #expect(record.usage == tokens(537, 61))
        #expect(record.entries.map(\.kind) == [.message, .compaction, .message, .advisor])
        #expect(record.entries.map(\.usage.input) == [10, 500, 20, 7])
        #expect(record.entries.map { $0.model == nil } == [true, true, true, false])
        #expect(record.iterations == 4 && !record.hasUnusualIterations)
    }

    @Test func `messages that do not add up are replaced by the top-level counts`() throws {
        let record = try record(top: (30, 3), "[\(Self.entry("message", 10, 1)),\(Self.entry("compaction", 500, 50))]")
        #expect(record.usage == tokens(530, 53))
        #expect(record.entries.map(\.usage.input) == [30, 500])
        #expect(record.hasUnusualIterations)
    }

    @Test func `an unknown type is billed and unusual, and a declined attempt is not billed`() throws {
        let record = try record(
            top: (10, 1),
            "[\(Self.entry("message", 10, 1)),\(Self.entry("oracle", 3, 4)),\(Self.entry("fallback_message", 99, 99))]"
        )
        #expect(record.usage == tokens(13, 5))
        #expect(record.entries.map(\.kind) == [.message, .other])
        #expect(record.iterations == 3 && record.hasUnusualIterations)
    }

    @Test func `counts that are not tokens of a price come from the top level only`() throws {
        let record = try record(
            usage: #"{"input_tokens":10,"output_tokens":1,"server_tool_use":{"web_search_requests":2},"#
                + #""output_tokens_details":{"thinking_tokens":1},"iterations":[{"type":"message","input_tokens":10,"#
                + #""output_tokens":1,"server_tool_use":{"web_search_requests":2}},"#
                + #"{"type":"compaction","input_tokens":5,"output_tokens":5}]}"#
        )
        #expect(record.usage.webSearches == 2 && record.usage.thinking == 1)
        #expect(record.usage.input == 15 && record.usage.output == 6)
    }

    @Test(arguments: [
        "7", "\"x\"", "{}", "[7]", "[null]", "[{}]", "[{\"type\":\"message\",\"input_tokens\":1}]",
        "[{\"type\":\"compaction\",\"input_tokens\":-1,\"output_tokens\":1}]",
    ])
    func `invalid iterations make the usage unreadable`(entries: String) throws {
        let record = try record(top: (10, 1), entries)
        #expect(!record.usageIsReadable)
        #expect(record.usage == TokenUsage() && record.entries.isEmpty)
    }

    @Test func `usage of a request that did not succeed is ignored`() throws {
        let block = try ResultDecoder.decode(
            text: #"{"custom_id":"a","result":{"type":"expired","message":{"usage":{"input_tokens":"x"}}}}"#
        )
        #expect(block.records.map(\.usageIsReadable) == [true])
    }
}
