package import BatchPipeline
package import JSONLines
package import MessageBatches

/// The distributions of the sizes of succeeded requests and their answers.
///
/// Requests with unreadable token counts are counted only in the distribution of text sizes.
package struct PercentileSummary: Summary {
    package static let name = "percentiles"

    /// Input tokens per request, without those read from or written to the cache.
    package private(set) var input = ValueHistogram()
    /// Output tokens per request, including thinking.
    package private(set) var output = ValueHistogram()
    /// Input tokens per request that were read from the cache.
    package private(set) var cached = ValueHistogram()
    /// Bytes of text per request.
    package private(set) var text = ValueHistogram()

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        for record in block.records where record.type == .succeeded { count(record) }
    }

    /// Counts a succeeded request.
    mutating func count(_ record: ResultRecord) {
        text.record(record.textBytes)
        guard record.usageIsReadable else { return }
        input.record(Int(record.usage.input))
        output.record(Int(record.usage.output))
        cached.record(Int(record.usage.cacheRead))
    }

    package mutating func merge(_ other: PercentileSummary) {
        input.merge(other.input)
        output.merge(other.output)
        cached.merge(other.cached)
        text.merge(other.text)
    }
}

extension PercentileSummary {
    private enum Key: String, CaseIterable {
        case input, output, cached, text
    }

    private static let keys = JSONKeys<Key>()

    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        var found: Set<Key> = []
        try json.requiredMembers(Self.keys) { key, json throws(JSONSyntaxError) in
            found.insert(key)
            let histogram = try ValueHistogram(from: &json)
            switch key {
            case .input: input = histogram
            case .output: output = histogram
            case .cached: cached = histogram
            case .text: text = histogram
            }
        }
        guard found.count == Key.allCases.count else { throw JSONSyntaxError(.unexpectedContent, at: json.position) }
    }

    package var node: JSONNode {
        .sorted([("input", input.node), ("output", output.node), ("cached", cached.node), ("text", text.node)])
    }
}
