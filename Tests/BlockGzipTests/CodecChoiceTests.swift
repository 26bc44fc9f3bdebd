import Testing

@testable import BlockGzip

struct CodecChoiceTests {
    private let absent = LibdeflateFunctions(libraries: ["libdeflate-that-nobody-has.so"])

    @Test func `auto takes libdeflate where it is there, with its own default level`() throws {
        let codec = try CodecChoice.auto.codec()
        if LibdeflateFunctions.loaded != nil {
            #expect(codec.identity.name == "libdeflate" && codec.identity.level == 4)
        } else {
            #expect(codec.identity.name == "zlib" && codec.identity.level == 6)
        }
    }

    @Test func `auto takes zlib where libdeflate is not there`() throws {
        #expect(absent == nil)
        let codec = try CodecChoice.auto.codec(level: nil, libdeflate: absent)
        #expect(codec.identity.name == "zlib" && codec.identity.level == 6)
    }

    @Test func `a library without the functions counts as absent`() {
        #expect(LibdeflateFunctions(libraries: ["libz.so.1", "libz.dylib"]) == nil)
    }

    @Test func `zlib can be asked for although libdeflate is there`() throws {
        #expect(try CodecChoice.zlib.codec(level: 9).identity.name == "zlib")
    }

    @Test func `libdeflate that is not installed is a named error`() {
        #expect(throws: CodecFailure.notInstalled(.libdeflate)) {
            _ = try CodecChoice.libdeflate.codec(level: nil, libdeflate: absent)
        }
    }

    @Test(arguments: [-1, 0, 10, 13])
    func `a level that zlib does not have is a named error`(level: Int) {
        #expect(throws: CodecFailure.level(level, of: .zlib, allowed: 1...9)) {
            _ = try CodecChoice.auto.codec(level: level, libdeflate: absent)
        }
    }

    @Test(.enabled(if: LibdeflateFunctions.loaded != nil), arguments: [-1, 0, 13])
    func `a level that libdeflate does not have is a named error`(level: Int) {
        #expect(throws: CodecFailure.level(level, of: .libdeflate, allowed: 1...12)) {
            _ = try CodecChoice.libdeflate.codec(level: level)
        }
    }
}
