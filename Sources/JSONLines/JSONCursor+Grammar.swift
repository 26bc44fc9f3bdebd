// The grammar checks, the hot loop of the decoder: strings are checked eight bytes at a time, the rest byte by byte.

extension JSONCursor {
    /// Skips white space; in compact text the next byte is nearly always something else.
    @inline(__always)
    mutating func skipWhitespace() {
        guard position < end, unsafe base[position] <= 0x20 else { return }
        skipWhitespaceRun()
    }

    private mutating func skipWhitespaceRun() {
        while position < end {
            switch unsafe base[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    /// Consumes a string; the next byte must be its opening quote.
    ///
    /// This is the fast path for plain ASCII, which most keys and IDs are.
    @inline(__always)
    mutating func stringToken() throws(JSONSyntaxError) -> JSONToken {
        let start = position &+ 1
        let stop = skipPlain(from: start)
        if stop < end, unsafe base[stop] == UInt8(ascii: "\"") {
            position = stop &+ 1
            return JSONToken(range: start..<stop, isEscaped: false, decodedLength: stop &- start)
        }
        return try stringToken(from: start, checkedTo: stop)
    }

    /// Consumes the rest of a string that is not plain ASCII; its bytes before `stop` are already checked.
    @inline(never)
    private mutating func stringToken(from start: Int, checkedTo stop: Int) throws(JSONSyntaxError) -> JSONToken {
        var offset = stop
        var isEscaped = false
        // The number of bytes that decoding removes.
        var shrinkage = 0
        while offset < end {
            switch unsafe base[offset] {
            case UInt8(ascii: "\""):
                position = offset + 1
                return JSONToken(
                    range: start..<offset,
                    isEscaped: isEscaped,
                    decodedLength: offset - start - shrinkage
                )
            case UInt8(ascii: "\\"):
                isEscaped = true
                let (length, decoded) = try escape(at: offset)
                shrinkage &+= length &- decoded
                offset &+= length
            case 0x80...:
                offset = try skipUTF8(from: offset)
            default:
                throw JSONSyntaxError(.controlCharacter, at: offset)
            }
            offset = skipPlain(from: offset)
        }
        throw JSONSyntaxError(.unexpectedEnd, at: end)
    }

    /// Returns the offset of the next quote, backslash, control character or non-ASCII byte; `end` if there is none.
    @inline(__always)
    private func skipPlain(from offset: Int) -> Int {
        var offset = offset
        while offset &+ 16 <= end {
            let first = stops(at: offset)
            let second = stops(at: offset &+ 8)
            guard first | second == 0 else {
                return first != 0
                    ? offset &+ first.trailingZeroBitCount / 8 : offset &+ 8 &+ second.trailingZeroBitCount / 8
            }
            offset &+= 16
        }
        while offset < end {
            let byte = unsafe base[offset]
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            offset &+= 1
        }
        return offset
    }

    /// Sets the high bit of the first of the eight bytes at `offset` that ends a plain run; returns 0 if none does.
    @inline(__always)
    private func stops(at offset: Int) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let word = unsafe UnsafeRawPointer(base).loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
        // Flipping the second bit moves the quote (0x22), and no other byte, below 0x21 to the control characters.
        let low = word ^ (ones &* 0x02)
        let backslash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        // Subtracting 0x21 (or 1) from a byte sets its high bit exactly if the byte is smaller. A borrow can mark the
        // next higher byte by mistake, so only the lowest mark is valid.
        return ((low &- ones &* 0x21) | (backslash &- ones) | word) & (ones &* 0x80)
    }

    /// Returns the length of the escape at `offset` and of its decoded text; a surrogate pair counts as one escape.
    @inline(__always)
    private func escape(at offset: Int) throws(JSONSyntaxError) -> (length: Int, decoded: Int) {
        guard offset + 1 < end else { throw JSONSyntaxError(.unexpectedEnd, at: end) }
        switch unsafe base[offset + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return (2, 1)
        case UInt8(ascii: "u"):
            return try unicodeEscape(at: offset)
        default:
            throw JSONSyntaxError(.badEscape, at: offset)
        }
    }

    private func unicodeEscape(at offset: Int) throws(JSONSyntaxError) -> (length: Int, decoded: Int) {
        guard offset + 6 <= end else { throw JSONSyntaxError(.unexpectedEnd, at: end) }
        guard let unit = unsafe JSONString.hexUnit(slice(offset..<end)) else {
            throw JSONSyntaxError(.badEscape, at: offset)
        }
        switch unit {
        case ..<0x80: return (6, 1)
        case ..<0x800: return (6, 2)
        case 0xD800..<0xDC00:
            let low = unsafe JSONString.hexUnit(slice(offset + 6..<end))
            return low.map { (0xDC00..<0xE000).contains($0) } == true ? (12, 4) : (6, 3)
        default: return (6, 3)
        }
    }

    /// Checks the run of non-ASCII characters at `offset` (Unicode 16, table 3-7) and returns the offset after it.
    private func skipUTF8(from offset: Int) throws(JSONSyntaxError) -> Int {
        var offset = skipThreeByteUTF8(from: offset)
        while offset < end {
            let lead = unsafe base[offset]
            let length: Int
            var second: ClosedRange<UInt8> = 0x80...0xBF
            switch lead {
            case ..<0x80: return offset
            case 0xC2...0xDF: length = 2
            case 0xE0: (length, second) = (3, 0xA0...0xBF)
            case 0xED: (length, second) = (3, 0x80...0x9F)
            case 0xE1...0xEF: length = 3
            case 0xF0: (length, second) = (4, 0x90...0xBF)
            case 0xF4: (length, second) = (4, 0x80...0x8F)
            case 0xF1...0xF3: length = 4
            default: throw JSONSyntaxError(.badUTF8, at: offset)
            }
            guard offset + length <= end, unsafe second.contains(base[offset + 1]) else {
                throw JSONSyntaxError(.badUTF8, at: offset)
            }
            for index in 2..<max(length, 2) where unsafe base[offset + index] & 0xC0 != 0x80 {
                throw JSONSyntaxError(.badUTF8, at: offset)
            }
            offset += length
        }
        return offset
    }

    /// Skips valid three-byte characters, the most frequent non-ASCII text; loads four bytes at a time.
    @inline(__always)
    private func skipThreeByteUTF8(from offset: Int) -> Int {
        var offset = offset
        while offset &+ 4 <= end {
            let word = unsafe UnsafeRawPointer(base).loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian
            // 1110xxxx 10yyyyyy 10zzzzzz, except the overlong forms E0 80...9F and the surrogates ED A0...BF.
            guard word & 0x00C0_C0F0 == 0x0080_80E0 else { break }
            let telling = word & 0x200F
            guard telling != 0, telling != 0x200D else { break }
            offset &+= 3
        }
        return offset
    }

    /// Consumes the number at the current position.
    mutating func skipNumber() throws(JSONSyntaxError) {
        if unsafe base[position] == UInt8(ascii: "-") { position += 1 }
        guard position < end else { throw JSONSyntaxError(.unexpectedEnd, at: position) }
        if unsafe base[position] == UInt8(ascii: "0") {
            position += 1
        } else {
            try skipDigits()
        }
        if position < end, unsafe base[position] == UInt8(ascii: ".") {
            position += 1
            try skipDigits()
        }
        guard position < end, unsafe base[position] | 0x20 == UInt8(ascii: "e") else { return }
        position += 1
        if position < end, unsafe base[position] == UInt8(ascii: "+") || base[position] == UInt8(ascii: "-") {
            position += 1
        }
        try skipDigits()
    }

    private mutating func skipDigits() throws(JSONSyntaxError) {
        let start = position
        while position < end, unsafe base[position] &- UInt8(ascii: "0") <= 9 { position += 1 }
        guard position > start else {
            throw JSONSyntaxError(position < end ? .badNumber : .unexpectedEnd, at: position)
        }
    }

    /// Consumes `true`, `false` or `null`.
    mutating func skipLiteral() throws(JSONSyntaxError) {
        let literal: StaticString =
            switch unsafe base[position] {
            case UInt8(ascii: "t"): "true"
            case UInt8(ascii: "f"): "false"
            default: "null"
            }
        for index in 0..<literal.utf8CodeUnitCount {
            guard position + index < end else { throw JSONSyntaxError(.unexpectedEnd, at: end) }
            guard unsafe base[position + index] == literal.utf8Start[index] else {
                throw JSONSyntaxError(.badLiteral, at: position)
            }
        }
        position += literal.utf8CodeUnitCount
    }

    /// Consumes one value of any kind and returns the range of its text.
    ///
    /// It does not recurse: each level of nesting costs one bit instead of a stack frame.
    @discardableResult
    package mutating func skipValue() throws(JSONSyntaxError) -> Range<Int> {
        let outer = depth
        skipWhitespace()
        let start = position
        while true {
            switch try kind() {
            case .string: _ = try stringToken()
            case .number: try skipNumber()
            case .literal: try skipLiteral()
            case .object:
                try enter(isObject: true)
                if try !leaveIfEmpty() {
                    _ = try key()
                    continue
                }
            case .array:
                try enter(isObject: false)
                if try !leaveIfEmpty() { continue }
            }
            if try closeContainers(downTo: outer) { return start..<position }
        }
    }

    private mutating func enter(isObject: Bool) throws(JSONSyntaxError) {
        guard depth < Self.maxDepth else { throw JSONSyntaxError(.tooDeep, at: position) }
        let mask: UInt64 = 1 << UInt64(depth % 64)
        if isObject {
            objectBits[depth / 64] |= mask
        } else {
            objectBits[depth / 64] &= ~mask
        }
        depth += 1
        position += 1
    }

    private var isInObject: Bool {
        objectBits[(depth - 1) / 64] & (1 << UInt64((depth - 1) % 64)) != 0
    }

    private mutating func leaveIfEmpty() throws(JSONSyntaxError) -> Bool {
        skipWhitespace()
        guard position < end else { throw JSONSyntaxError(.unexpectedEnd, at: position) }
        guard unsafe base[position] == (isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { return false }
        position += 1
        depth -= 1
        return true
    }

    /// Consumes closing brackets after a value, then the comma and key before the next value.
    ///
    /// Returns true when all containers down to depth `outer` are closed.
    private mutating func closeContainers(downTo outer: Int) throws(JSONSyntaxError) -> Bool {
        while depth > outer {
            skipWhitespace()
            guard position < end else { throw JSONSyntaxError(.unexpectedEnd, at: position) }
            let byte = unsafe base[position]
            if byte == UInt8(ascii: ",") {
                position += 1
                if isInObject { _ = try key() }
                return false
            }
            guard byte == (isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                throw JSONSyntaxError(isInObject ? .expectedCommaOrBrace : .expectedCommaOrBracket, at: position)
            }
            position += 1
            depth -= 1
        }
        return true
    }
}
