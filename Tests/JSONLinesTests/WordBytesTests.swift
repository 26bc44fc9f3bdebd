import JSONLines
import Testing

struct WordBytesTests {
    @Test func `the least significant byte comes first`() {
        var bytes: [UInt8] = [9]
        bytes.append(word: 0x0102_0304_0506_0708)
        bytes.append(word: 0xFFFF_FFFF_8090_A0B0, bytes: 4)
        #expect(bytes == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0xB0, 0xA0, 0x90, 0x80])
        #expect(bytes.word(at: 1) == 0x0102_0304_0506_0708)
        #expect(bytes.word(at: 9, bytes: 4) == 0x8090_A0B0)
    }
}
