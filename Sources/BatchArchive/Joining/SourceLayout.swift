import BatchPipeline

/// How the rows of a source are found, as its format and its beginning tell.
struct SourceLayout {
    var scanner: JoinRowScanner
    /// Where the first row is.
    var start: Int
    var holdsRequests: Bool

    /// Looks at the beginning of a source.
    static func reading(_ content: SourceContent, at place: JoinSourcePlace) throws -> SourceLayout {
        let mark = try content.bytes(at: 0, count: 3)
        let start = mark == [0xEF, 0xBB, 0xBF] ? 3 : 0
        switch try place.resolvedFormat() {
        case .csv: return try delimited(content, by: UInt8(ascii: ","), from: start, at: place)
        case .tsv: return try delimited(content, by: UInt8(ascii: "\t"), from: start, at: place)
        case .auto: return try json(content, from: start, at: place, holdsRequests: nil)
        case .requests: return try json(content, from: start, at: place, holdsRequests: true)
        case .ndjson, .sqlite: return try json(content, from: start, at: place, holdsRequests: false)
        }
    }

    private static func json(
        _ content: SourceContent,
        from start: Int,
        at place: JoinSourcePlace,
        holdsRequests: Bool?
    ) throws -> SourceLayout {
        let shape = try FirstObject.reading(content, from: start, keyName: place.keyName)
        if let shape, !shape.members.contains(where: { $0.utf8.elementsEqual(place.keyName.utf8) }) {
            throw JoinFailure(.noKeyColumn(place.keyName, found: shape.members), path: place.path)
        }
        let scanner = JSONRowScanner(keyName: place.keyName, hasBatch: shape?.hasBatch ?? false)
        return SourceLayout(
            scanner: .json(scanner),
            start: start,
            holdsRequests: holdsRequests ?? shape?.hasParams ?? true
        )
    }

    private static func delimited(
        _ content: SourceContent,
        by separator: UInt8,
        from start: Int,
        at place: JoinSourcePlace
    ) throws -> SourceLayout {
        var length = 65_536
        while true {
            let window = try content.bytes(at: start, count: length)
            let isLast = start + window.count >= content.size
            do throws(DelimitedRowScanner.HeaderFault) {
                let header = try DelimitedRowScanner.reading(
                    headerOf: window,
                    separator: separator,
                    keyName: place.keyName,
                    isLast: isLast
                )
                if let header {
                    let scanner = JoinRowScanner.delimited(header.scanner)
                    return SourceLayout(scanner: scanner, start: start + header.end, holdsRequests: false)
                }
            } catch {
                switch error {
                case .record(let fault): throw try content.failure(fault, windowAt: start)
                case .noKeyColumn(let names):
                    throw JoinFailure(.noKeyColumn(place.keyName, found: names), path: place.path)
                case .repeatedColumn(let name): throw JoinFailure(.repeatedColumn(name), path: place.path)
                }
            }
            length *= 2
        }
    }
}

extension JoinRowScanner {
    /// Whether rows name their batch.
    var hasBatch: Bool {
        switch self {
        case .json(let scanner): scanner.hasBatch
        case .delimited(let scanner): scanner.hasBatch
        }
    }
}
