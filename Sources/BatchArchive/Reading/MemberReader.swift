package import BlockGzip
package import JSONLines

/// A data file opened for reading at random places, by many tasks at once.
package final class MemberReader: Sendable {
    private let file: OpenFile
    private let codec: any MemberCodec
    /// Where each member lies in the file, in order.
    package let members: [Range<Int>]
    /// The number of the first line of each member, from 1, where the manifest tells.
    package let firstLines: [Int]
    private let fileSize: Int

    /// Opens a file that a manifest describes.
    package init(
        _ entry: ArchivedFile,
        in folder: ArchiveFolder,
        codec: any MemberCodec
    ) throws(ArchiveFailure) {
        file = try folder.open(entry.path)
        fileSize = try folder.status(entry.path)?.size ?? 0
        self.codec = codec
        let starts = entry.members.map(\.offset)
        let part = entry.slice ?? 0..<entry.bytes
        let ends = starts.dropFirst() + [part.upperBound]
        guard zip(starts, ends).allSatisfy({ $0 < $1 }), starts.first ?? part.lowerBound == part.lowerBound else {
            throw ArchiveFailure(.mismatch("the member table does not rise"), .read, path: file.path)
        }
        members = zip(starts, ends).map { $0..<$1 }
        firstLines = entry.members.map(\.firstLine)
    }

    /// Opens any file of this program's members by hopping from header to header; nil if it comes from elsewhere, and then
    /// ``ContentStream`` reads it.
    package init?(
        _ path: String,
        in folder: ArchiveFolder,
        codec: any MemberCodec
    ) throws(ArchiveFailure) {
        let file = try folder.open(path)
        let size = try folder.status(path)?.size ?? 0
        let found: [Range<Int>]?
        do {
            found = try MemberIndex.members(inFileOf: size) {
                try file.read(at: $0.lowerBound, count: $0.count)
            }
        } catch let failure as GzipFailure {
            throw ArchiveFailure(.gzip(failure), .read, path: file.path)
        } catch let failure as ArchiveFailure {
            throw failure
        } catch {
            preconditionFailure("MemberIndex throws nothing else")
        }
        guard let found else { return nil }
        self.file = file
        self.codec = codec
        fileSize = size
        members = found
        firstLines = []
    }

    /// The content of one member: whole lines.
    package func content(ofMember index: Int) throws(ArchiveFailure) -> [UInt8] {
        let range = members[index]
        // A damaged manifest may name a member of any size; room is made for what the file has.
        let count = min(range.count, max(0, fileSize - range.lowerBound))
        let member = try file.read(at: range.lowerBound, count: count)
        do throws(GzipFailure) {
            return try codec.content(of: member.span)
        } catch {
            throw ArchiveFailure(.gzip(error.inMember(index, at: range.lowerBound)), .read, path: file.path)
        }
    }

    /// The member that holds a line, by its number from 1, where the manifest tells.
    package func member(holdingLine line: Int) -> Int? {
        memberIndex(holdingLine: line, firstLines)
    }

    /// The lines of a member of a raw file, as the block they once were; nil for a member without content.
    package func block(ofMember number: Int) throws -> LineBlock? {
        let content = try content(ofMember: number)
        var splitter = LineSplitter(
            blockSize: content.count + 1,
            maxLineBytes: .max,
            sequence: number,
            firstLine: firstLines[number],
            // Only whether it is the start matters: a byte order mark is nowhere else.
            byteOffset: number == 0 ? 0 : 1
        )
        let whole = try splitter.append(content)
        return whole.first ?? splitter.finish()
    }
}
