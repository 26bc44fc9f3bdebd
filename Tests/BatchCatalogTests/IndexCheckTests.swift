import BatchArchive
import Foundation
import TestSupport
import Testing

@testable import BatchCatalog

struct IndexCheckTests {
    /// Runs `body` with the check of a new index, after it was recorded as intact.
    private func withRecord(_ body: (IndexCheck, _ index: URL, _ record: URL) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: url) }
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        let index = url.appending(path: "results.sqlite")
        try Data(repeating: 7, count: 100).write(to: index)
        let check = IndexCheck(folder: ArchiveFolder(url.path))
        check.record(check.statusOfIndex())
        try body(check, index, url.appending(path: "results.sqlite-checked"))
    }

    private func setTime(of file: URL, secondsFromNow seconds: Double) throws {
        let attributes: [FileAttributeKey: Any] = [.modificationDate: Date(timeIntervalSinceNow: seconds)]
        try FileManager.default.setAttributes(attributes, ofItemAtPath: file.path)
    }

    @Test func `a record counts only if it is clearly younger than the index`() throws {
        try withRecord { check, _, record in
            #expect(!check.isRecorded(for: check.statusOfIndex()))
            try setTime(of: record, secondsFromNow: 10)
            #expect(check.isRecorded(for: check.statusOfIndex()))
            try setTime(of: record, secondsFromNow: -10)
            #expect(!check.isRecorded(for: check.statusOfIndex()))
        }
    }

    @Test func `every change of the index ends the record`() throws {
        for change in [
            { (index: URL) in try Data(repeating: 8, count: 100).write(to: index) },
            { index in try Data(repeating: 7, count: 101).write(to: index) },
            // A program can set the time of modification, but not that of the last change.
            { index in
                let time = try FileManager.default.attributesOfItem(atPath: index.path)[.modificationDate] as? Date
                let file = try FileHandle(forWritingTo: index)
                try file.write(contentsOf: Data([9]))
                try file.close()
                let old = try #require(time)
                try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: index.path)
            },
            { index in try FileManager.default.removeItem(at: index) },
        ] {
            try withRecord { check, index, record in
                try setTime(of: record, secondsFromNow: 10)
                try change(index)
                #expect(!check.isRecorded(for: check.statusOfIndex()))
            }
        }
    }

    @Test func `a record that is cut, empty or a folder is ignored and replaced`() throws {
        try withRecord { check, _, record in
            let whole = try Data(contentsOf: record)
            for content in [whole.dropLast(), Data()] {
                try content.write(to: record)
                try setTime(of: record, secondsFromNow: 10)
                #expect(!check.isRecorded(for: check.statusOfIndex()))
            }
            check.record(check.statusOfIndex())
            #expect(try Data(contentsOf: record) == whole)
            try FileManager.default.removeItem(at: record)
            try FileManager.default.createDirectory(at: record, withIntermediateDirectories: true)
            #expect(!check.isRecorded(for: check.statusOfIndex()))
        }
    }

    @Test func `a query of an index that is recorded as intact does not read it whole`() throws {
        try withRecord { check, index, record in
            try FileManager.default.removeItem(at: index)
            try fill(index.path, batch: 1, rows: [])
            #expect(try IndexQuery(at: index.path).isIntact(in: check.folder))
            var bytes = try Data(contentsOf: index)
            // The end of the file is the end of a page without rows, so that only the digest shows the change.
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: index)
            #expect(try !IndexQuery(at: index.path).isIntact(in: check.folder))
            check.record(check.statusOfIndex())
            try setTime(of: record, secondsFromNow: 10)
            #expect(try IndexQuery(at: index.path).isIntact(in: check.folder))
        }
    }
}
