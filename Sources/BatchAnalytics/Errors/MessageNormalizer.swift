import MessageBatches

/// Replaces the variable parts of error messages, so that messages with the same cause become equal.
///
/// Quoted parts become `<text>`, paths such as `messages.1.content` and addresses `<path>`, numbers, dates and times
/// `<n>`, and words that mix letters and digits `<id>`.
enum MessageNormalizer {
    /// The maximum number of bytes of a message that is read.
    static let readLength = 1_024
    /// The maximum number of bytes of a normalized message; longer ones are cut and end in "…".
    static let length = 160

    static func normalized(_ message: String) -> String {
        var scanner = Scanner(text: Array(message.prefix(utf8Count: readLength).utf8))
        scanner.run()
        let result = String(decoding: scanner.output, as: UTF8.self)
        return result.utf8.count <= length ? result : "\(result.prefix(utf8Count: length - 3))…"
    }

    /// Common words with digits that are not IDs.
    private static let commonWords: Set<String> = ["base64", "utf8", "utf-8", "http2", "sha256", "oauth2"]

    /// The placeholder for a word, or the word itself.
    ///
    /// A word consists of letters, digits and characters that join them.
    private static func mark(for word: ArraySlice<UInt8>) -> [UInt8] {
        let text = String(decoding: word, as: UTF8.self)
        if word.count(where: { $0 == UInt8(ascii: "/") }) > 1 || word.first == UInt8(ascii: "/") && word.count > 1 {
            return Array("<path>".utf8)
        }
        guard word.contains(where: { $0.isDigit }) else {
            return word.dropFirst().dropLast().contains(UInt8(ascii: ".")) ? Array("<path>".utf8) : Array(word)
        }
        if !word.contains(where: { $0.isLetter }) { return Array("<n>".utf8) }
        if commonWords.contains(text.lowercased()) { return Array(word) }
        let unit = word.drop { !$0.isLetter }
        if unit.count <= 3, unit.allSatisfy(\.isLetter) { return Array("<n>".utf8) + Array(unit) }
        return Array((word.contains(UInt8(ascii: ".")) ? "<path>" : "<id>").utf8)
    }

    /// Scans the bytes of a message once.
    private struct Scanner {
        let text: [UInt8]
        var place = 0
        var output: [UInt8] = []

        init(text: [UInt8]) {
            self.text = text
        }

        mutating func run() {
            while place < text.count {
                if let end = quoteEnd() {
                    output += Array("<text>".utf8)
                    place = end
                } else if text[place].isWordPart {
                    consumeWord()
                } else {
                    consumeSeparator()
                }
            }
            while output.last == UInt8(ascii: " ") { output.removeLast() }
        }

        /// Finds the end of a quoted part that begins here.
        ///
        /// An apostrophe within a word does not begin a quoted part, and neither does a quote that is never closed.
        private func quoteEnd() -> Int? {
            let quote = text[place]
            guard [UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`")].contains(quote) else { return nil }
            guard place == 0 || !text[place - 1].isWordPart else { return nil }
            var end = place + 1
            while end < text.count {
                let isLast = end + 1 == text.count || !text[end + 1].isLetter
                if text[end] == quote, isLast { return end + 1 }
                end += 1
            }
            return nil
        }

        private mutating func consumeWord() {
            var end = place
            while end < text.count, text[end].isWordPart { end += 1 }
            let whole = text[place..<end]
            let word = whole.dropLast(whole.reversed().prefix(while: { $0.isTrailingMark }).count)
            output += mark(for: word)
            output += whole[word.endIndex...]
            place = end
        }

        /// Consumes a byte outside words; white space of any length becomes one space.
        private mutating func consumeSeparator() {
            let byte = text[place]
            place += 1
            guard byte <= UInt8(ascii: " ") else {
                output.append(byte)
                return
            }
            if let last = output.last, last != UInt8(ascii: " ") { output.append(UInt8(ascii: " ")) }
        }
    }
}

extension UInt8 {
    /// Whether this is an ASCII letter or part of a non-ASCII character.
    fileprivate var isLetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self >= 0x80
    }

    /// Whether this can be part of a word, a number, an ID or a path.
    fileprivate var isWordPart: Bool {
        isDigit || isLetter || "_-./:@+#%,".utf8.contains(self)
    }

    /// Whether this is punctuation that can follow a word.
    fileprivate var isTrailingMark: Bool {
        ".:,".utf8.contains(self)
    }
}
