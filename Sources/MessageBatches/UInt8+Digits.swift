extension UInt8 {
    /// Whether the byte is a decimal digit in ASCII.
    @inlinable package var isDigit: Bool {
        (0x30...0x39).contains(self)
    }

    /// Whether the byte is a hexadecimal digit in ASCII, in upper or lower case.
    @inlinable package var isHexDigit: Bool {
        isDigit || (0x61...0x66).contains(self | 0x20)
    }
}
