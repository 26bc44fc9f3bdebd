package import BlockGzip
package import JSONLines

/// Reads single members of a data file; safe for concurrent use.
package final class MemberReader: Sendable {
    private let file: OpenFile
    private let codec: any MemberCodec
    /// The byte range of each member in the file, in order.
    package let members: [Range<Int>]
    /// The number of the first line of each member, from 1, if the manifest lists it.
    package let firstLines: [Int]

    /// Opens a file that a manifest describes.
    package init(
        _ entry: ArchivedFile,
        in folder: ArchiveFolder,
        codec: any MemberCodec
    ) throws(ArchiveFailure) {
        file = try folder.open(entry.path)
        self.codec = codec
        let starts = entry.members.map(\.offset)
        let part = entry.slice ?? 0..<entry.bytes
        let ends = starts.dropFirst() + [part.upperBound]
        guard zip(starts, ends).allSatisfy({ $0 < $1 }), starts.first ?? part.lowerBound == part.lowerBound else {
            throw ArchiveFailure(.mismatch("the offsets in its member table do not increase"), .read, path: file.path)
        }
        members = zip(starts, ends).map { $0..<$1 }
        firstLines = entry.members.map(\.firstLine)
    }

    /// Reads the content of one member, which consists of whole lines.
    package func content(ofMember index: Int) throws(ArchiveFailure) -> [UInt8] {
        let range = members[index]
        let member = try file.read(at: range.lowerBound, count: range.count)
        do throws(GzipFailure) {
            return try codec.content(of: member.span)
        } catch {
            throw ArchiveFailure(.gzip(error.inMember(index, at: range.lowerBound)), .read, path: file.path)
        }
    }

    /// Returns the member that contains a line, given the line's number from 1, if the manifest lists first lines.
    package func member(holdingLine line: Int) -> Int? {
        memberIndex(holdingLine: line, firstLines)
    }

    /// Reads the lines of a member of a raw file as one block; nil for a member without content.
    package func block(ofMember number: Int) throws -> LineBlock? {
        let content = try content(ofMember: number)
        var splitter = LineSplitter(
            blockSize: content.count + 1,
            maxLineBytes: .max,
            sequence: number,
            firstLine: firstLines[number],
            // Only whether the offset is 0 matters: a byte order mark occurs only at the start.
            byteOffset: number == 0 ? 0 : 1
        )
        let whole = try splitter.append(content)
        return whole.first ?? splitter.finish()
    }
}

/// Returns raw lines by their physical numbers, from 1, without line ends; empty lines count too.
///
/// `firstLines` are the numbers of the first line of each member; `content` reads the whole lines of a member. Numbers
/// before the first member or after the last line are not in the result.
func rawLines<FirstLines: RandomAccessCollection<Int>>(
    numbered numbers: Set<Int>,
    firstLines: FirstLines,
    content: (Int) throws -> [UInt8]
) rethrows -> [Int: [UInt8]] where FirstLines.Index == Int {
    var wanted: [Int: [Int]] = [:]
    for number in numbers {
        if let member = memberIndex(holdingLine: number, firstLines) { wanted[member, default: []].append(number) }
    }
    var lines: [Int: [UInt8]] = [:]
    for (member, numbers) in wanted {
        var all = try content(member).split(separator: 0x0A, omittingEmptySubsequences: false)
        // There is no line after the last newline.
        if all.last?.isEmpty == true { all.removeLast() }
        for number in numbers where number - firstLines[member] < all.count {
            let line = all[number - firstLines[member]]
            lines[number] = Array(line.last == 0x0D ? line.dropLast() : line)
        }
    }
    return lines
}

/// Returns the last member that begins at or before a line; nil if there is none.
func memberIndex<FirstLines: RandomAccessCollection<Int>>(
    holdingLine line: Int,
    _ firstLines: FirstLines
) -> Int? where FirstLines.Index == Int {
    var (low, high) = (firstLines.startIndex, firstLines.endIndex)
    while low < high {
        let middle = (low + high) / 2
        if firstLines[middle] <= line { low = middle + 1 } else { high = middle }
    }
    return low == firstLines.startIndex ? nil : low - 1
}
