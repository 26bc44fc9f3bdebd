import Foundation
import MessageBatches
@testable import Tables
import Testing

@Suite struct JSONCellTests {
    private func json(_ cell: Cell) -> String {
        var output: [UInt8] = []
        cell.appendJSON(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func `every scalar up to U+3000 is read back unchanged`() throws {
        let scalars = (UInt32(0)...0x3000).compactMap(Unicode.Scalar.init)
        let text = String(String.UnicodeScalarView(scalars)) + "😀\u{10FFFF}"
        let read = try JSONSerialization.jsonObject(with: Data(json(.text(text)).utf8), options: .fragmentsAllowed)
        #expect(Array((read as? String ?? "").unicodeScalars) == Array(text.unicodeScalars))
    }

    @Test func `a quote with an accent is escaped`() {
        #expect(json(.text("\"\u{301}")) == "\"\\\"\u{301}\"")
        #expect(json(.text("\r\n\u{1B}")) == #""\r\n\u001b""#)
    }

    @Test(arguments: [
        (Cell.missing, "null"), (.text(""), "\"\""), (.integer(-7), "-7"), (.decimal(0.25), "0.25"),
        (.decimal(1e-7), "0.0000001"), (.decimal(1e-300), "1e-300"),
        (.decimal(.nan), "null"), (.decimal(.infinity), "null"), (.money(Money(picoDollars: 1)), "0.000000000001"),
        (.timestamp(Timestamp(seconds: 0)), "\"1970-01-01T00:00:00.000000Z\""),
    ])
    func `cells keep their type`(cell: Cell, json: String) {
        #expect(self.json(cell) == json)
    }
}
