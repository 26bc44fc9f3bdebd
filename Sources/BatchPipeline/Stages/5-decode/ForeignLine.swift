import JSONLines

/// The kind of a line that is not a result of the Message Batches API, but of a format that people confuse with it.
package enum ForeignLine: Sendable {
    /// Output of a batch inference job of Amazon Bedrock.
    case bedrock
    /// Output of a batch prediction of Google Cloud.
    case vertex
    /// Output of the batch API of OpenAI.
    case openAI
    /// A request of a message batch.
    case request
    /// A batch object.
    case batch
    /// A JSON array, which tools write instead of one result per line.
    case array

    private enum Key: String, CaseIterable {
        case customID = "custom_id"
        case result, recordId, modelInput, modelOutput, response, request, params, method
        case requestCounts = "request_counts"
    }

    private static let keys = JSONKeys<Key>()

    /// Recognizes a line by its first members; nil if it may be a result.
    ///
    /// The line may be cut off at its end.
    package init?(_ line: [UInt8]) {
        var found: Set<Key> = []
        var hasStatusCode = false
        var isArray = false
        try? JSONCursor.read(line) { cursor throws(JSONSyntaxError) in
            guard try cursor.kind() == .object else {
                isArray = try cursor.kind() == .array
                return
            }
            try cursor.members(Self.keys) { key, cursor throws(JSONSyntaxError) in
                found.insert(key)
                if key == .response, try cursor.kind() == .object {
                    try cursor.members(Self.responseKeys) { _, cursor throws(JSONSyntaxError) in
                        hasStatusCode = true
                        try cursor.skipValue()
                    }
                } else {
                    try cursor.skipValue()
                }
            }
        }
        if isArray {
            self = .array
        } else if found.contains(.result) {
            return nil
        } else if !found.isDisjoint(with: [.recordId, .modelInput, .modelOutput]) {
            self = .bedrock
        } else if hasStatusCode || found.isSuperset(of: [.customID, .method]) {
            self = .openAI
        } else if !found.isDisjoint(with: [.request, .response]) {
            self = .vertex
        } else if found.contains(.params) {
            self = .request
        } else if found.contains(.requestCounts) {
            self = .batch
        } else {
            return nil
        }
    }

    private static let responseKeys = JSONKeyTable(["status_code"])
}
