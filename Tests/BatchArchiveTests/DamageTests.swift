import Testing

@testable import BatchArchive

/// Every byte that SHA256SUMS covers, and every byte of that file, changed one by one.
struct DamageTests {
    @Test(arguments: ["raw/", "results/", "manifests/", "views/", "SHA256SUMS"])
    func `every changed byte is detected`(part: String) async throws {
        let archive = TemporaryArchive()
        let sink = archive.sink()
        try await sink.export("a", results: 2)
        try await sink.replaceDocuments(["views/one.sql": Array("SELECT 1\n".utf8)])
        let (path, bytes) = try #require(try archive.files().first { $0.key.hasPrefix(part) })
        #expect(try await archive.faults() == [])
        var missed: [Int] = []
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 1 << UInt8(index % 8)
            try archive.folder.write(damaged.span, to: path)
            if try await archive.faults().isEmpty { missed.append(index) }
        }
        #expect(missed == [], "\(path)")
    }

    @Test func `a file cut at any byte is detected`() async throws {
        let archive = TemporaryArchive()
        let sink = archive.sink()
        try await sink.export("a", results: 2)
        try await sink.finishRun()
        for (path, bytes) in try archive.files() where path.hasPrefix("raw/") || path.hasPrefix("manifests/") {
            for count in stride(from: 0, to: bytes.count, by: 7) {
                try archive.folder.write(Array(bytes[..<count]).span, to: path)
                #expect(try await !archive.faults().isEmpty, "\(path) cut at \(count)")
            }
            try archive.folder.write(bytes.span, to: path)
        }
    }
}
