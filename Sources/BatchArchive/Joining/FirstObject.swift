import BatchPipeline
import JSONLines

/// What the first row of a JSON source looks like: it tells what the others are.
struct FirstObject {
    /// The names of its members.
    var members: [String] = []
    var hasBatch = false
    var hasParams = false

    /// Nil for a source without rows.
    static func reading(_ content: SourceContent, from start: Int, keyName: String) throws -> FirstObject? {
        var length = 65_536
        while true {
            let window = try content.bytes(at: start, count: length)
            let isLast = start + window.count >= content.size
            var scanner = JoinRowScanner.json(JSONRowScanner(keyName: keyName))
            var position = 0
            do throws(JoinRowFault) {
                switch try scanner.next(in: window, from: &position, isLast: isLast) {
                case .row(let row): return FirstObject(Array(window[row.range]))
                case .end: return nil
                case .needsMore: break
                }
            } catch {
                // A row without a key: its members tell which key would do.
                guard let next = error.next else { throw try content.failure(error, windowAt: start) }
                return FirstObject(Array(window[error.offset..<next]))
            }
            length *= 2
        }
    }

    private init(_ object: [UInt8]) {
        // The object was read before, so that no error can come.
        try? JSONCursor.read(object) { cursor throws(JSONSyntaxError) in
            try cursor.beginObject()
            while let key = try cursor.nextKey() {
                let name = cursor.text(key)
                members.append(name)
                hasBatch = hasBatch || name == "batch_id"
                hasParams = hasParams || name == "params"
                try cursor.skipValue()
            }
        }
    }
}

/// The columns of a source for flat rows, in the order they first occur.
struct ColumnNames {
    /// Whether names have to be collected from every row.
    let isWanted: Bool
    private(set) var names: [String]
    private var seen: Set<[UInt8]>

    init(_ scanner: JoinRowScanner, isWanted: Bool) {
        switch scanner {
        case .delimited(let scanner):
            self.isWanted = false
            names = scanner.header.indices.filter { scanner.isData($0) }.map { scanner.header[$0] }
            seen = []
        case .json(let scanner):
            self.isWanted = isWanted
            names = []
            seen = [Array(scanner.keyName.utf8)]
            if scanner.hasBatch { seen.insert(Array("batch_id".utf8)) }
        }
    }

    /// Takes in the members of a row.
    mutating func take(_ object: [UInt8]) {
        // The object was read before, so that no error can come.
        try? JSONCursor.read(object) { cursor throws(JSONSyntaxError) in
            try cursor.beginObject()
            while let key = try cursor.nextKey() {
                if seen.insert(cursor.keyBytes(key)).inserted { names.append(cursor.text(key)) }
                try cursor.skipValue()
            }
        }
    }
}
