import JSONLines

/// How to read the rows of a source; determined by its format and its first bytes.
struct SourceLayout {
    var scanner: JoinRowScanner
    /// The offset of the first row.
    var start: Int
    var holdsRequests: Bool

    /// Determines the layout from the beginning of a source.
    static func reading(_ content: SourceContent, at place: JoinSourcePlace) throws -> SourceLayout {
        let mark = try content.bytes(at: 0, count: 3)
        let start = mark == [0xEF, 0xBB, 0xBF] ? 3 : 0
        switch try place.resolvedFormat() {
        case .csv: return try delimited(content, [.csv] + others, from: start, at: place)
        case .tsv: return try delimited(content, [.tsv, .csv] + others, from: start, at: place)
        case .auto: return try json(content, from: start, at: place, holdsRequests: nil)
        case .requests: return try json(content, from: start, at: place, holdsRequests: true)
        case .ndjson, .sqlite: return try json(content, from: start, at: place, holdsRequests: false)
        }
    }

    /// Other forms of CSV, such as spreadsheets write it in countries with a decimal comma.
    private static let others = [";", "\t", "|"].map { DelimitedRecords(separator: Array($0.utf8)[0]) }

    private static func json(
        _ content: SourceContent,
        from start: Int,
        at place: JoinSourcePlace,
        holdsRequests: Bool?
    ) throws -> SourceLayout {
        let shape = try FirstRow.reading(content, from: start, keyName: place.keyName)
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

    /// Reads the header in the first of some forms in which it contains the key.
    ///
    /// The key is between separators, so at most one form contains it.
    private static func delimited(
        _ content: SourceContent,
        _ forms: [DelimitedRecords],
        from start: Int,
        at place: JoinSourcePlace
    ) throws -> SourceLayout {
        var length = 65_536
        while true {
            let window = try content.bytes(at: start, count: length)
            let isLast = start + window.count >= content.size
            var faults: [DelimitedRowScanner.HeaderError] = []
            for form in forms {
                do throws(DelimitedRowScanner.HeaderError) {
                    let header = try DelimitedRowScanner.reading(
                        headerOf: window,
                        records: form,
                        keyName: place.keyName,
                        isLast: isLast
                    )
                    if let header {
                        let scanner = JoinRowScanner.delimited(header.scanner)
                        return SourceLayout(scanner: scanner, start: start + header.end, holdsRequests: false)
                    }
                } catch {
                    faults.append(error)
                }
            }
            if faults.count == forms.count { throw try failure(faults, content, from: start, at: place) }
            guard length <= content.rowLimit else { throw try content.failure(content.tooLong(at: 0), windowAt: start) }
            length *= 2
        }
    }

    /// The error for a header that has the key in no form: that of the form with the most columns.
    private static func failure(
        _ faults: [DelimitedRowScanner.HeaderError],
        _ content: SourceContent,
        from start: Int,
        at place: JoinSourcePlace
    ) throws -> JoinFailure {
        var columns: [String] = []
        for case .noKeyColumn(let names) in faults where names.count > columns.count { columns = names }
        switch faults[0] {
        case .record(let fault): return try content.failure(fault, windowAt: start)
        case .noKeyColumn: return JoinFailure(.noKeyColumn(place.keyName, found: columns), path: place.path)
        case .repeatedColumn(let name): return JoinFailure(.repeatedColumn(name), path: place.path)
        }
    }
}

/// The members of the first row of a JSON source, which the other rows are expected to have.
private struct FirstRow {
    /// The names of the members.
    var members: [String] = []
    var hasBatch = false
    var hasParams = false

    /// Reads the first row; nil if the source has no rows.
    static func reading(_ content: SourceContent, from start: Int, keyName: String) throws -> FirstRow? {
        var length = 65_536
        while true {
            let window = try content.bytes(at: start, count: length)
            let isLast = start + window.count >= content.size
            var scanner = JoinRowScanner.json(JSONRowScanner(keyName: keyName))
            var position = 0
            do throws(JoinRowError) {
                switch try scanner.next(in: window, from: &position, isLast: isLast) {
                case .row(let row): return FirstRow(Array(window[row.range]))
                case .end: return nil
                case .needsMore: break
                }
            } catch {
                // The row has no key. Its members are listed in the error.
                guard let next = error.next else { throw try content.failure(error, windowAt: start) }
                return FirstRow(Array(window[error.offset..<next]))
            }
            guard length <= content.rowLimit else { throw try content.failure(content.tooLong(at: 0), windowAt: start) }
            length *= 2
        }
    }

    private init(_ object: [UInt8]) {
        // The object was validated before.
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

/// Collects the columns of a source for flat rows, in the order of their first occurrence.
struct ColumnNames {
    /// Whether the names of every row have to be collected.
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

    /// Adds the names of a row's members.
    mutating func record(_ object: [UInt8]) {
        // The object was validated before.
        try? JSONCursor.read(object) { cursor throws(JSONSyntaxError) in
            try cursor.beginObject()
            while let key = try cursor.nextKey() {
                if seen.insert(cursor.keyBytes(key)).inserted { names.append(cursor.text(key)) }
                try cursor.skipValue()
            }
        }
    }
}
