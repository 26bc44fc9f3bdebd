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
