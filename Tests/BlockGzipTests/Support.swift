import BlockGzip
import Foundation
import Testing

/// Lines that look like results, the same on every run; about `size` bytes.
func sampleLines(_ size: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var seed: UInt64 = 42
    while bytes.count < size {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let text = String(seed, radix: 36)
        bytes += Array(
            #"{"custom_id":"\#(text)","result":{"type":"succeeded","text":"\#(String(text.reversed())) ✓"}}"#.utf8
        )
        bytes.append(0x0A)
    }
    return bytes
}

/// Bytes no codec can make smaller.
func noise(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
}

/// The codecs of this machine at their lowest, default and highest levels.
let allCodecs: [any MemberCodec] = {
    let zlib: [any MemberCodec] = [1, 6, 9].map { ZlibCodec(level: $0) }
    let libdeflate: [any MemberCodec] = [1, 4, 12].compactMap { LibdeflateCodec(level: $0) }
    return zlib + libdeflate
}()

/// Runs a program with bytes on its standard input and returns its standard output; nil if this machine lacks it.
func output(of arguments: [String], input: [UInt8]) throws -> [UInt8]? {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = folder.appendingPathComponent("input")
    let target = folder.appendingPathComponent("output")
    try Data(input).write(to: source)
    try Data().write(to: target)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardInput = try FileHandle(forReadingFrom: source)
    process.standardOutput = try FileHandle(forWritingTo: target)
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    // env says 127 for a program that is not there.
    guard process.terminationStatus != 127 else {
        print("skipped: \(arguments[0]) is not installed")
        return nil
    }
    #expect(process.terminationStatus == 0, "\(arguments[0]) failed")
    return try [UInt8](Data(contentsOf: target))
}
