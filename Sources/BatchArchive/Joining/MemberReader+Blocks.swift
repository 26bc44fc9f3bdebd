import JSONLines

extension MemberReader {
    /// The lines of a member of a raw file, as the block they once were; nil for a member without content.
    func block(ofMember number: Int) throws -> LineBlock? {
        let content = try content(ofMember: number)
        var splitter = LineSplitter(
            blockSize: content.count + 1,
            maxLineBytes: .max,
            sequence: number,
            firstLine: firstLines[number],
            // Only whether it is the start matters: a byte order mark stands nowhere else.
            byteOffset: number == 0 ? 0 : 1
        )
        let whole = try splitter.append(content)
        return whole.first ?? splitter.finish()
    }
}
