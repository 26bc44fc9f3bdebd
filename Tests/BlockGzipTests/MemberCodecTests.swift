import BlockGzip
import Testing

/// The contract of ``MemberCodec``, held by every codec.
struct MemberCodecTests {
    @Test(arguments: allCodecs.indices)
    func `a member gives its content back`(codec: Int) throws {
        let codec = allCodecs[codec]
        for content in [[], [0x0A], sampleLines(100), sampleLines(1_048_576), noise(70_000)] {
            let member = try codec.member(holding: content.span)
            #expect(try codec.content(of: member.span) == content)
        }
    }

    @Test func `every codec reads what any codec wrote`() throws {
        let content = sampleLines(200_000)
        for writer in allCodecs {
            let member = try writer.member(holding: content.span)
            for reader in allCodecs {
                #expect(try reader.content(of: member.span) == content)
            }
        }
    }

    @Test(arguments: allCodecs.indices)
    func `equal content gives equal members, whatever was compressed before`(codec: Int) throws {
        let codec = allCodecs[codec]
        let first = try codec.member(holding: sampleLines(300_000).span)
        _ = try codec.member(holding: noise(10_000).span)
        #expect(try codec.member(holding: sampleLines(300_000).span) == first)
    }

    @Test func `a member begins with the documented header`() throws {
        for codec in allCodecs {
            let member = try codec.member(holding: sampleLines(1_000).span)
            let size = UInt32(member.count - 28)
            #expect(Array(member.prefix(16)) == [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 8, 0, 0x4D, 0x5A, 4, 0])
            #expect((0..<4).allSatisfy { member[16 + $0] == UInt8(truncatingIfNeeded: size >> UInt32(8 * $0)) })
            #expect(MemberLayout.memberSize(header: member.span) == member.count)
        }
    }

    @Test(arguments: allCodecs.indices)
    func `every truncation of a member is found`(codec: Int) throws {
        let codec = allCodecs[codec]
        let member = try codec.member(holding: sampleLines(600).span)
        for length in member.indices {
            #expect(throws: GzipFailure.self, "cut to \(length) bytes") {
                _ = try codec.content(of: member.span.extracting(0..<length))
            }
        }
    }

    @Test(arguments: allCodecs.indices)
    func `every changed bit of a member is found, but for the idle bits behind the stream`(codec: Int) throws {
        let codec = allCodecs[codec]
        let content = sampleLines(600)
        let member = try codec.member(holding: content.span)
        var idle: [Int] = []
        for index in member.indices {
            for bit in 0..<8 {
                var damaged = member
                damaged[index] ^= 1 << UInt8(bit)
                guard let read = try? codec.content(of: damaged.span) else { continue }
                #expect(read == content)
                idle.append(index)
            }
        }
        // A deflate stream ends at a bit; the rest of its last byte means nothing.
        #expect(idle.count < 8)
        #expect(idle.allSatisfy { $0 == member.count - MemberLayout.trailerSize - 1 })
    }

    @Test(arguments: allCodecs.indices)
    func `a byte too many is found`(codec: Int) throws {
        let codec = allCodecs[codec]
        let member = try codec.member(holding: sampleLines(600).span)
        #expect(throws: GzipFailure(.memberSize, byteOffset: member.count)) {
            _ = try codec.content(of: (member + [0]).span)
        }
    }

    @Test func `a lying length does not make anybody ask for memory`() throws {
        for codec in allCodecs {
            var member = try codec.member(holding: sampleLines(600).span)
            member[member.count - 1] = 0xFF
            #expect(throws: GzipFailure(.length, byteOffset: member.count - 4)) {
                _ = try codec.content(of: member.span)
            }
        }
    }

    @Test func `a wrong checksum and a wrong length are told apart`() throws {
        for codec in allCodecs {
            let member = try codec.member(holding: sampleLines(600).span)
            var wrongChecksum = member
            wrongChecksum[member.count - 8] ^= 1
            #expect(throws: GzipFailure(.checksum, byteOffset: member.count - 8)) {
                try codec.content(of: wrongChecksum.span)
            }
            for change in [UInt8(1), .max] {
                var wrongLength = member
                wrongLength[member.count - 4] &+= change
                let failure = #expect(throws: GzipFailure.self) { _ = try codec.content(of: wrongLength.span) }
                #expect(failure?.reason == .length)
            }
        }
    }

    @Test func `many tasks may use one codec at once`() async throws {
        for codec in allCodecs {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<32 {
                    group.addTask {
                        let content = sampleLines(20_000 + index * 1_000)
                        let member = try codec.member(holding: content.span)
                        return try codec.content(of: member.span) == content
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func `a codec knows its name, level and library`() throws {
        let zlib = ZlibCodec(level: 6).identity
        #expect(zlib.name == "zlib" && zlib.level == 6)
        #expect(zlib.version?.hasPrefix("1.") == true)
        #expect(zlib.libraryPath?.isEmpty == false)
        if let libdeflate = LibdeflateCodec()?.identity {
            #expect(libdeflate.name == "libdeflate" && libdeflate.level == 4)
            #expect(libdeflate.libraryPath?.contains("libdeflate") == true)
        }
    }

    @Test func `an error can be moved to its place in a file`() {
        let failure = GzipFailure(.checksum, byteOffset: 12).inMember(3, at: 1_000)
        #expect(failure == GzipFailure(.checksum, member: 3, byteOffset: 1_012))
    }
}
