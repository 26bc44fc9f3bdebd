package import JSONLines
import MessageBatches

/// Decodes the lines of a block into records.
///
/// Every line is checked completely: RFC 8259, UTF-8, an object with a string `custom_id` and a string `result.type`.
/// Keys may be in any order. If a key occurs twice, the last one wins, at every level.
package enum ResultDecoder {
    /// Decodes all lines of a block.
    ///
    /// An invalid line becomes a ``RejectedLine``, never an error.
    package static func decode(_ block: LineBlock) -> DecodedBlock {
        var decoded = DecodedBlock(block: block, records: [])
        decoded.records.reserveCapacity(block.lineEnds.count)
        JSONCursor.read(block.bytes) { cursor in
            var errors = ErrorClassCache()
            for index in block.lineEnds.indices {
                let range = block.content(ofLine: index)
                let lineNumber = block.firstLine + index
                cursor.move(to: range)
                if cursor.isAtEnd() {
                    decoded.emptyLines += 1
                    continue
                }
                cursor.move(to: range)
                do throws(ResultFault) {
                    var fields = ResultFields()
                    try fields.readLine(&cursor)
                    decoded.records.append(
                        try fields.record(lineNumber: lineNumber, line: range, cursor: cursor, errors: &errors)
                    )
                } catch {
                    decoded.rejected.append(
                        RejectedLine(
                            lineNumber: lineNumber,
                            byteOffset: block.byteOffset + (error.offset ?? range.lowerBound),
                            reason: error.reason
                        )
                    )
                }
            }
        }
        return decoded
    }
}

/// The reason why a line is not a valid result.
enum ResultFault: Error {
    case syntax(JSONSyntaxError)
    case noCustomID
    case noResult
    case noResultType

    /// The offset of the invalid byte in the block; nil if no single byte is wrong.
    var offset: Int? {
        if case .syntax(let error) = self { error.offset } else { nil }
    }

    var reason: String {
        switch self {
        case .syntax(let error): error.reason.rawValue
        case .noCustomID: "the object has no custom_id that is a string"
        case .noResult: "the object has no result that is an object"
        case .noResultType: "the result has no type that is a string"
        }
    }
}

/// Caches the class of the last error, because often thousands of lines have the same error.
struct ErrorClassCache {
    private var type: [UInt8] = []
    private var message: [UInt8] = []
    private var errorClass: ErrorClass?

    mutating func errorClass(type: JSONToken?, message: JSONToken?, in cursor: borrowing JSONCursor) -> ErrorClass {
        let typeBytes = type.map { cursor.keyBytes($0) } ?? []
        let messageBytes = message.map { cursor.bytes($0.range) } ?? []
        if let errorClass, typeBytes == self.type, messageBytes == self.message { return errorClass }
        let found = ErrorClassifier.errorClass(
            type: String(decoding: typeBytes, as: UTF8.self),
            message: message.map { cursor.text($0) } ?? ""
        )
        (self.type, self.message, errorClass) = (typeBytes, messageBytes, found)
        return found
    }
}
