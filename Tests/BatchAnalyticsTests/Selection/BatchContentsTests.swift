import BatchAnalytics
import BatchPipeline
import MessageBatches
import Testing

/// A file is skipped only if it cannot contain a match.
struct BatchContentsTests {
    private let lines = SelectionLines([
        SelectionLines.succeeded("a"), SelectionLines.succeeded("b", content: "", stop: "refusal"),
    ])

    private var contents: BatchContents {
        var models = ModelSummary()
        var stops = StopReasonSummary()
        let decoded = ResultDecoder.decode(lines.block)
        models.fold(decoded, of: lines.batch)
        stops.fold(decoded, of: lines.batch)
        return BatchContents(
            batchID: "msgbatch_01",
            day: lines.batch.day,
            found: ["succeeded": 2, "errored": 0],
            models: models,
            stopReasons: stops
        )
    }

    private func canPass(_ condition: String, _ contents: BatchContents? = nil) throws -> Bool {
        let filter = LineFilter(conditions: [try Condition(condition)])
        return filter.canPass(contents ?? self.contents)
    }

    @Test(arguments: [
        "model=claude-haiku-4-5-20251001", "model~haiku", "model!=claude-opus-5", "stop_reason in refusal,max_tokens",
        "batch_id=msgbatch_01", "date>=2026-10-20", "result_type=succeeded", "custom_id=nobody", "error_type=null",
        "output_tokens>1000000",
    ])
    func `a file that can contain a match is opened`(condition: String) throws {
        #expect(try canPass(condition))
    }

    @Test(arguments: [
        "model=claude-opus-5", "model=null", "stop_reason=max_tokens", "stop_reason=null", "batch_id=msgbatch_02",
        "date<2026-10-20", "result_type=errored", "error_type=overloaded_error", "error_message~credit",
    ])
    func `a file that cannot contain a match is skipped`(condition: String) throws {
        #expect(try !canPass(condition))
    }

    @Test func `result types and usability also rule files out`() {
        #expect(!LineFilter(resultTypes: ["errored", "expired"]).canPass(contents))
        #expect(LineFilter(resultTypes: ["errored", "succeeded"]).canPass(contents))
        #expect(LineFilter(usable: true).canPass(contents))
        var unusable = contents
        unusable.stopReasons = StopReasonSummary()
        #expect(!LineFilter(usable: true).canPass(unusable))
    }

    @Test func `without a summary no file is ruled out by its models`() throws {
        var blind = contents
        (blind.models, blind.stopReasons) = (nil, nil)
        #expect(try canPass("model=claude-opus-5", blind))
        #expect(try canPass("stop_reason=max_tokens", blind))
        #expect(LineFilter(usable: true).canPass(blind))
    }

    @Test func `errored lines have no model`() throws {
        var mixed = contents
        mixed.found["errored"] = 1
        #expect(try canPass("model=null", mixed))
        #expect(try canPass("error_message~credit", mixed))
    }
}
