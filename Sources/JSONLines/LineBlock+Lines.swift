extension LineBlock {
    /// Creates a block from bytes that are already whole lines, such as the content of a gzip member.
    ///
    /// Nothing is copied. If the last line has no 0x0A, one is added and ``endsUnterminated`` is true.
    package init(wholeLines bytes: [UInt8], sequence: Int, firstLine: Int, byteOffset: Int) {
        var bytes = bytes
        let isUnterminated = bytes.last.map { $0 != 0x0A } ?? false
        if isUnterminated { bytes.append(0x0A) }
        var lineEnds: [Int] = []
        lineEnds.reserveCapacity(bytes.count / 1_024 + 1)
        var searched = 0
        while let newline = LineSplitter.newline(in: bytes, from: searched) {
            searched = newline + 1
            lineEnds.append(searched)
        }
        self.init(
            bytes: bytes,
            lineEnds: lineEnds,
            sequence: sequence,
            firstLine: firstLine,
            byteOffset: byteOffset,
            endsUnterminated: isUnterminated
        )
    }
}
