import BatchPipeline
import Testing

struct FlatSchemaTests {
    @Test func `the columns and their order are those of version 2`() {
        // Another list needs another version: an archive may contain files of both.
        #expect(FlatSchema.version == 2)
        #expect(
            FlatSchema.columns.map(\.name) == [
                "batch_id", "custom_id", "line_number", "result_type", "model", "message_id", "stop_reason",
                "stop_category", "service_tier",
                "inference_geo", "input_tokens", "cache_creation_5m_tokens", "cache_creation_1h_tokens",
                "cache_read_tokens",
                "output_tokens", "thinking_tokens", "web_search_requests", "web_fetch_requests", "iterations",
                "cost_usd",
                "price_note", "error_type",
                "error_message",
                "error_request_id", "error_class", "content_blocks", "tool_uses", "text_bytes", "usable",
                "batch_created_at",
                "batch_ended_at", "raw_bytes",
            ]
        )
    }

    @Test func `every column has a unique name and a description`() {
        let columns = FlatSchema.columns
        #expect(Set(columns.map(\.name)).count == columns.count)
        for column in columns {
            #expect(
                column.name.utf8.allSatisfy {
                    $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0)
                }
            )
            #expect(!column.meaning.isEmpty)
        }
    }

    @Test func `only text, the cost and the end of the batch can be null`() {
        for column in FlatSchema.columns where column.isNullable {
            #expect(column.kind == .text || column.kind == .money || column.name == "batch_ended_at")
        }
    }
}
