import BatchPipeline
import MessageBatches

/// Text that equals only the same bytes: for `String`, é and e + U+0301 are equal.
struct ExactText: Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    let utf8: [UInt8]

    init(_ text: String) {
        utf8 = Array(text.utf8)
    }

    init(stringLiteral text: String) {
        self.init(text)
    }

    var description: String { String(decoding: utf8, as: UTF8.self) }
}

/// A record with its text copied from the block, for comparisons.
struct PlainRecord: Equatable {
    var customID: ExactText
    var resultType: ExactText
    var model: ExactText?
    var messageID: ExactText?
    var stopReason: ExactText?
    var serviceTier: ExactText?
    var inferenceGeo: ExactText?
    var usage = TokenUsage()
    var usageIsReadable = true
    var errorType: ExactText?
    var errorMessage: ExactText?
    var errorRequestID: ExactText?
    var contentBlocks = 0
    var toolUses = 0
    var textBytes = 0
    var hasVisibleText = false

    init(customID: ExactText, resultType: ExactText) {
        self.customID = customID
        self.resultType = resultType
    }

    init(_ record: ResultRecord, in block: DecodedBlock) {
        func text(_ slice: TextSlice?) -> ExactText? { block.text(slice).map { ExactText($0) } }
        customID = ExactText(block.text(record.customID))
        resultType = ExactText(block.text(record.resultType))
        model = text(record.model)
        messageID = text(record.messageID)
        stopReason = text(record.stopReason)
        serviceTier = text(record.serviceTier)
        inferenceGeo = text(record.inferenceGeo)
        usage = record.usage
        usageIsReadable = record.usageIsReadable
        errorType = text(record.errorType)
        errorMessage = text(record.errorMessage)
        errorRequestID = text(record.errorRequestID)
        contentBlocks = record.contentBlocks
        toolUses = record.toolUses
        textBytes = record.textBytes
        hasVisibleText = record.hasVisibleText
    }
}

extension DecodedBlock {
    /// The records as plain values.
    var plain: [PlainRecord] {
        records.map { PlainRecord($0, in: self) }
    }
}
