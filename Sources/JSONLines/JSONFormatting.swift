/// Removes insignificant white space from JSON text.
package enum JSONCompaction {
    /// Returns valid JSON text without white space outside strings; all other bytes stay the same.
    package static func compacted(_ json: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(json.count)
        var isInString = false
        var isEscaped = false
        for byte in json {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                output.append(byte)
                continue
            }
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D: continue
            case UInt8(ascii: "\""): isInString = true
            default: break
            }
            output.append(byte)
        }
        return output
    }
}

/// Formats JSON text for people, with one member per line.
package enum JSONIndentation {
    /// Returns valid JSON text indented by two spaces per level; strings and numbers stay the same.
    package static func indented(_ json: [UInt8]) -> [UInt8] {
        let compact = JSONCompaction.compacted(json)
        var output: [UInt8] = []
        output.reserveCapacity(compact.count * 2)
        var level = 0
        var isInString = false
        var isEscaped = false
        for (index, byte) in compact.enumerated() {
            if isInString {
                output.append(byte)
                isInString = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                continue
            }
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                output.append(byte)
                level += 1
                // An empty container stays on one line.
                if index + 1 < compact.count, !isClosing(compact[index + 1]) { breakLine(level, &output) }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                level -= 1
                if index > 0, !isOpening(compact[index - 1]) { breakLine(level, &output) }
                output.append(byte)
            case UInt8(ascii: ","):
                output.append(byte)
                breakLine(level, &output)
            case UInt8(ascii: ":"): output += [byte, 0x20]
            default:
                isInString = byte == UInt8(ascii: "\"")
                output.append(byte)
            }
        }
        return output
    }

    private static func isOpening(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") }
    private static func isClosing(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") }

    private static func breakLine(_ level: Int, _ output: inout [UInt8]) {
        output.append(0x0A)
        output += [UInt8](repeating: 0x20, count: 2 * level)
    }
}

/// The text around the elements of an array that are written one by one, each on its own line: `[{…},\n{…}]`.
package enum JSONArrayFrame {
    /// Returns the text before an element.
    package static func start(isFirst: Bool) -> [UInt8] {
        Array((isFirst ? "[" : ",\n").utf8)
    }

    /// Returns the text after the last element, with a line end; for an array without elements, the whole array.
    package static func end(isEmpty: Bool) -> String {
        isEmpty ? "[]\n" : "]\n"
    }
}
