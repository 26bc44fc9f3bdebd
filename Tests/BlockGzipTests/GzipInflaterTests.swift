import BlockGzip
import Testing

struct GzipInflaterTests {
    /// Everything that comes out of a file given in pieces of `size` bytes.
    private func inflated(_ file: [UInt8], pieces size: Int = .max) throws(GzipFailure) -> [UInt8] {
        var inflater = GzipInflater()
        var content: [UInt8] = []
        var start = 0
        while start < file.count {
            let end = size < file.count - start ? start + size : file.count
            inflater.push(Array(file[start..<end]))
            while let piece = try inflater.next() { content += piece }
            start = end
        }
        try inflater.finish()
        return content
    }

    private func members(_ contents: [[UInt8]]) throws -> [UInt8] {
        try contents.flatMap { try allCodecs[0].member(holding: $0.span) }
    }

    @Test(arguments: [1, 2, 7, 1_000, 65_536, .max])
    func `members come out whole, however the file is cut`(size: Int) throws {
        let contents = [sampleLines(50_000), [], sampleLines(10), noise(5_000)]
        #expect(try inflated(members(contents), pieces: size) == contents.flatMap { $0 })
    }

    @Test func `one big member comes out in bounded pieces`() throws {
        let content = [UInt8](repeating: 0x20, count: 20_000_000)
        var inflater = GzipInflater()
        inflater.push(try allCodecs[0].member(holding: content.span))
        var total = 0
        while let piece = try inflater.next() {
            #expect(piece.count <= GzipInflater.pieceSize)
            total += piece.count
        }
        try inflater.finish()
        #expect(total == content.count)
        #expect(inflater.memberCount == 1)
    }

    @Test func `zeros behind the last member are padding`() throws {
        let file = try members([sampleLines(500)])
        for padding in [1, 511, 100_000] {
            #expect(try inflated(file + [UInt8](repeating: 0, count: padding)) == sampleLines(500))
        }
    }

    @Test func `other bytes behind the last member are a named error`() throws {
        let file = try members([sampleLines(500), sampleLines(20)])
        let junk: [[UInt8]] = [[0x41], [0x1F, 0x41], [0, 0, 0x41], [0, 0x1F, 0x8B, 8]]
        for (tail, place) in zip(junk, [0, 2, 2, 1]) {
            #expect(throws: GzipFailure(.trailingBytes, member: 2, byteOffset: file.count + place)) {
                _ = try inflated(file + tail)
            }
        }
    }

    @Test func `a file that was never compressed is called by its name`() {
        for text in ["{\"custom_id\":\"a\"}\n", "\n", "\u{1F}x", "\0\0"] {
            let failure = #expect(throws: GzipFailure.self) { _ = try inflated(Array(text.utf8)) }
            #expect(failure?.reason == .notGzip)
            #expect(failure?.member == 0)
        }
    }

    @Test func `an empty file is truncated, not empty content`() {
        #expect(throws: GzipFailure(.truncated)) { _ = try inflated([]) }
    }

    @Test func `every truncation is found, with member and byte`() throws {
        let first = try members([sampleLines(300)])
        let file = try first + members([sampleLines(200)])
        for length in 1..<file.count where length != first.count {
            let member = length < first.count ? 0 : 1
            #expect(throws: GzipFailure(.truncated, member: member, byteOffset: length)) {
                _ = try inflated(Array(file.prefix(length)))
            }
        }
    }

    @Test func `a changed byte of stream or trailer is found`() throws {
        let first = try members([sampleLines(300)])
        let file = try first + members([sampleLines(400)])
        for index in (first.count + MemberLayout.headerSize)..<file.count {
            var damaged = file
            damaged[index] ^= 1
            // The lowest bit of the last stream byte is in use, the others may be idle.
            let failure = #expect(throws: GzipFailure.self, "byte \(index)") { _ = try inflated(damaged) }
            #expect(failure?.member == 1, "byte \(index)")
        }
    }

    @Test func `a failure stays`() throws {
        var file = try members([sampleLines(300)])
        file[file.count - 8] ^= 1
        var inflater = GzipInflater()
        inflater.push(file)
        _ = try? inflater.next()
        for _ in 0..<2 {
            let failure = #expect(throws: GzipFailure.self) { _ = try inflater.next() }
            #expect(failure?.reason == .checksum)
        }
        let last = #expect(throws: GzipFailure.self) { try inflater.finish() }
        #expect(last?.reason == .checksum)
    }

    @Test func `gzip made by Python with a name, a time and one member is read`() throws {
        let script = """
            import gzip, io, sys
            data = sys.stdin.buffer.read()
            gzip.GzipFile('a name.jsonl', 'wb', 9, sys.stdout.buffer, 1234567890).write(data)
            """
        let content = sampleLines(400_000)
        guard let file = try output(of: ["python3", "-c", script], input: content) else { return }
        for size in [3, 70_000] {
            #expect(try inflated(file, pieces: size) == content)
        }
    }

    @Test(arguments: [["gzip", "-c", "-1"], ["pigz", "-c"], ["bgzip", "-c"]])
    func `gzip made by other programs is read`(program: [String]) throws {
        let content = sampleLines(400_000)
        guard let file = try output(of: program, input: content) else { return }
        #expect(try inflated(file) == content)
    }

    @Test(arguments: [
        ["gzip", "-dc"], ["zcat"], ["pigz", "-dc"],
        ["python3", "-c", "import gzip,sys; sys.stdout.buffer.write(gzip.GzipFile(fileobj=sys.stdin.buffer).read())"],
    ])
    func `our members are read by other programs`(program: [String]) throws {
        let contents = [sampleLines(400_000), sampleLines(30_000)]
        for codec in allCodecs {
            let file = try contents.flatMap { try codec.member(holding: $0.span) }
            guard let read = try output(of: program, input: file) else { return }
            #expect(read == contents.flatMap { $0 })
        }
    }
}
