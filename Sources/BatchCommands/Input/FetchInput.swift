import BatchPipeline
import Foundation
import MessageBatches

/// Parses the input of `fetch`: one batch per line, as a batch object, a JSON string or a plain ID.
enum FetchInput {
    /// Parses the whole input.
    ///
    /// Empty lines are ignored. If an ID is repeated, only its first line counts.
    static func batches(in text: [UInt8]) throws(CommandFailure) -> RequestedBatches {
        var asked = RequestedBatches()
        var seen: Set<String> = []
        for (index, line) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmed
            guard let first = line.first else { continue }
            if first == UInt8(ascii: "{") {
                let batch: MessageBatch
                do {
                    batch = try MessageBatch(json: Array(line))
                } catch {
                    throw .badInput(line: index + 1, reason: error.reason)
                }
                if seen.insert(batch.id).inserted { asked.batches.append(batch) }
            } else {
                let id = try id(line, line: index + 1)
                if seen.insert(id).inserted { asked.ids.insert(id) }
            }
        }
        return asked
    }

    private static func id(_ text: ArraySlice<UInt8>, line: Int) throws(CommandFailure) -> String {
        var id = String(decoding: text, as: UTF8.self)
        if text.first == UInt8(ascii: "\""), let decoded = try? JSONDecoder().decode(String.self, from: Data(text)) {
            id = decoded
        }
        guard MessageBatch.isSafeID(id) else {
            throw .badInput(line: line, reason: "a batch ID has 1 to 128 letters, digits, _ and -")
        }
        return id
    }
}

extension ArraySlice<UInt8> {
    /// The slice without the white space at both ends.
    fileprivate var trimmed: ArraySlice<UInt8> {
        let blanks: Set<UInt8> = [0x09, 0x0D, 0x20]
        guard let last = lastIndex(where: { !blanks.contains($0) }) else { return [] }
        return self[...last].drop { blanks.contains($0) }
    }
}
