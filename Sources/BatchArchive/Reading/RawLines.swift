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
