import JSONLines
import Testing

/// The scan of strings looks at many bytes at once; these tests hold it to what a look at each byte says.
struct StringScanTests {
    private func read(_ bytes: [UInt8]) -> Result<Range<Int>, JSONSyntaxError> {
        do {
            return .success(
                try JSONCursor.read(bytes) { cursor throws(JSONSyntaxError) in
                    let token = try cursor.string()
                    try cursor.expectEnd()
                    return token?.range ?? 0..<0
                }
            )
        } catch {
            return .failure(error)
        }
    }

    @Test func `every byte value is judged alike wherever it stands`() {
        var wrong: [[UInt8]] = []
        for byte in UInt8.min...UInt8.max where byte != 0x5C {
            for before in 0..<20 {
                for behind in [0, 7, 15] {
                    let (head, tail) = (
                        [UInt8](repeating: 0x61, count: before), [UInt8](repeating: 0x7A, count: behind)
                    )
                    let text: [UInt8] = [0x22] + head + [byte] + tail + [0x22]
                    if read(text) != byteByByte(text) { wrong.append(text) }
                }
            }
        }
        #expect(wrong == [])
    }

    @Test func `bytes beside one another do not hide or feign a stop`() {
        // Neighbours of the bytes that stop: arithmetic on whole words could carry from one into the next.
        let edges: [UInt8] = [
            0x00, 0x01, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x5B, 0x5D, 0x7E, 0x7F, 0x80, 0x81, 0xA2, 0xC0, 0xFF,
        ]
        var wrong: [[UInt8]] = []
        for first in edges {
            for second in edges {
                for before in 0..<18 {
                    let filler = [UInt8](repeating: 0x61, count: before)
                    let text: [UInt8] = [0x22] + filler + [first, second] + [0x61, 0x61, 0x61]
                    if read(text) != byteByByte(text) { wrong.append(text) }
                }
            }
        }
        #expect(wrong == [])
    }

    /// What one look at each byte finds in a text that opens a string and holds no backslash and no whole UTF-8 character.
    private func byteByByte(_ text: [UInt8]) -> Result<Range<Int>, JSONSyntaxError> {
        for (place, byte) in text.enumerated().dropFirst() {
            if byte == 0x22 {
                guard let behind = text[(place + 1)...].firstIndex(where: { $0 != 0x20 }) else {
                    return .success(1..<place)
                }
                return .failure(JSONSyntaxError(.trailingBytes, at: behind))
            }
            if byte < 0x20 { return .failure(JSONSyntaxError(.controlCharacter, at: place)) }
            if byte >= 0x80 { return .failure(JSONSyntaxError(.badUTF8, at: place)) }
        }
        return .failure(JSONSyntaxError(.unexpectedEnd, at: text.count))
    }

    /// Every pair and triple of bytes at the borders of the table of well-formed UTF-8 (Unicode 16, table 3-7).
    @Test func `UTF-8 is judged as the standard library judges it`() {
        let borders: [UInt8] = [
            0x61, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
            0xF0,
            0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        var wrong: [[UInt8]] = []
        for first in borders {
            for second in borders {
                for third in borders {
                    for last in [[], [0x80], [0xBF], [0x61], [0xC0]] as [[UInt8]] {
                        let bytes = [first, second, third] + last
                        let isValid = String(validating: bytes, as: UTF8.self) != nil
                        let isTaken = (try? read([0x22] + bytes + [0x22]).get()) != nil
                        if isTaken != isValid { wrong.append(bytes) }
                    }
                }
            }
        }
        #expect(wrong == [])
    }

    @Test func `a fault behind long text in other scripts is found at its byte`() {
        let text = Array("漢字かな混じり文— “é” 😀".utf8)
        for end in 1..<text.count where text[end] & 0xC0 == 0x80 {
            // Cut inside a character, then a quote.
            let bytes = [0x22] + Array(repeating: text, count: 3).joined() + text[..<end] + [0x22]
            let start = text[..<end].lastIndex { $0 & 0xC0 != 0x80 } ?? 0
            #expect(read(bytes) == .failure(JSONSyntaxError(.badUTF8, at: 1 + 3 * text.count + start)))
        }
    }
}
