package import BatchPipeline
import JSONLines
import MessageBatches

/// What the visible text of every answer is expected to be.
package enum AnswerExpectation: String, Sendable, CaseIterable {
    /// One JSON value, also in a code block; see ``JSONAnswer``.
    ///
    /// An answer without visible text is evaluated as usual: a tool call has JSON as its input.
    case json

    /// Makes the answers of a block unusable that do not meet the expectation.
    ///
    /// - Returns: what the text of each record is, in the order of the records.
    package func apply(to block: inout DecodedBlock) -> [JSONAnswer?] {
        JSONCursor.read(block.block.bytes) { cursor in
            block.records.indices.map { index in apply(to: &block.records[index], &cursor) }
        }
    }

    /// Makes the answer of a record unusable if it does not meet the expectation; returns what its text is.
    func apply(to record: inout ResultRecord, _ cursor: inout JSONCursor) -> JSONAnswer? {
        let answer = JSONAnswer(of: record, &cursor)
        if answer?.isReadable == false { record.isUsable = false }
        return answer
    }
}

/// The number of answers by ``JSONAnswer``.
package struct JSONAnswerCounts: Sendable, Equatable {
    package private(set) var valid = 0
    package private(set) var fenced = 0
    package private(set) var invalid = 0

    package init() {}

    mutating func count(_ answer: JSONAnswer) {
        switch answer {
        case .valid: valid += 1
        case .fenced: fenced += 1
        case .invalid: invalid += 1
        }
    }
}

extension JSONAnswerCounts: Mergeable {
    package mutating func merge(_ other: JSONAnswerCounts) {
        valid = valid.addingClamped(other.valid)
        fenced = fenced.addingClamped(other.fenced)
        invalid = invalid.addingClamped(other.invalid)
    }
}
