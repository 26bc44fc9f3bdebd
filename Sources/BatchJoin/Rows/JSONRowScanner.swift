import JSONLines

/// Reads the rows of a JSON source.
///
/// The source contains objects with or without line ends between them, arrays of them, or create bodies whose
/// `requests` are the rows.
struct JSONRowScanner: Sendable {
    /// The member that contains the key.
    let keyName: String
    /// Whether rows name their batch in `batch_id`.
    let hasBatch: Bool
    /// The names of ``Member``; the first one depends on the source.
    private let members: JSONKeyTable
    private var place = Place.top
    /// Whether the array that is being read is the value of `requests`, and not a value of the source.
    private var isInBody = false

    private enum Member: Int {
        case key, batch, requests
    }

    private enum Place {
        /// Between the values of the source.
        case top
        /// After the `[` of a body or an array.
        case firstElement
        /// After an element of a body or an array.
        case nextElement
        /// After the `]` of a body.
        case afterElements
    }

    init(keyName: String = "custom_id", hasBatch: Bool = false) {
        self.keyName = keyName
        self.hasBatch = hasBatch
        members = JSONKeyTable([keyName, "batch_id", "requests"])
    }

    /// Whether the position is between two values of the source, and not inside a body or an array.
    var isBetweenRows: Bool { place == .top }

    /// See ``JoinRowScanner/next(in:from:isLast:)``.
    mutating func next(
        in window: [UInt8],
        from position: inout Int,
        isLast: Bool
    ) throws(JoinRowError) -> JoinRowStep {
        while true {
            position = Self.skipBlanks(in: window, from: position)
            guard position < window.count else {
                guard isLast else { return .needsMore }
                if place == .top { return .end }
                throw JoinRowError(at: position, "the list of requests is not closed", endsSource: true)
            }
            let step =
                place == .top
                ? try topStep(in: window, from: &position, isLast: isLast)
                : try bodyStep(in: window, from: &position, isLast: isLast)
            if let step { return step }
        }
    }

    /// The row at `position`.
    ///
    /// If a body or an array begins there, `position` moves into it, and the result is nil.
    private mutating func topStep(
        in window: [UInt8],
        from position: inout Int,
        isLast: Bool
    ) throws(JoinRowError) -> JoinRowStep? {
        let leading = Self.leadingRequests(in: window, at: position)
        if leading != nil || window[position] == UInt8(ascii: "[") {
            position = leading ?? position + 1
            (place, isInBody) = (.firstElement, leading != nil)
            return nil
        }
        guard let object = try object(in: window, at: position, isLast: isLast) else { return .needsMore }
        if object.id == nil, let requests = object.requests {
            // `requests` comes after other members, so its elements are read now, one by one.
            position = requests.lowerBound + 1
            (place, isInBody) = (.firstElement, true)
            return nil
        }
        let row = try row(from: object)
        position = row.range.upperBound
        return .row(row)
    }

    /// Reads the object that begins at `start` as a row.
    func row(in window: [UInt8], at start: Int, isLast: Bool) throws(JoinRowError) -> JoinRowStep {
        guard let object = try object(in: window, at: start, isLast: isLast) else { return .needsMore }
        return .row(try row(from: object))
    }

    private func row(from object: Object) throws(JoinRowError) -> JoinRow {
        let (start, end) = (object.range.lowerBound, object.range.upperBound)
        guard let id = object.id else {
            throw JoinRowError(at: start, "the object has no \(keyName) that is a string", next: end)
        }
        guard !id.key.isEmpty else { throw JoinRowError(at: start, "its \(keyName) is empty", next: end) }
        if hasBatch, object.batch == nil {
            throw JoinRowError(at: start, "the object has no batch_id that is a string", next: end)
        }
        return JoinRow(
            key: JoinKey(id: id.key, batch: hasBatch ? object.batch : nil),
            idText: id.text,
            range: object.range
        )
    }
}

// MARK: Bodies

extension JSONRowScanner {
    /// The position after the `[` of a value that begins with `{"requests":[`.
    private static func leadingRequests(in window: [UInt8], at start: Int) -> Int? {
        let name = skipBlanks(in: window, from: start + 1)
        guard window[start] == UInt8(ascii: "{"), window[name...].starts(with: "\"requests\"".utf8) else { return nil }
        let colon = skipBlanks(in: window, from: name + "\"requests\"".utf8.count)
        guard colon < window.count, window[colon] == UInt8(ascii: ":") else { return nil }
        let bracket = skipBlanks(in: window, from: colon + 1)
        guard bracket < window.count, window[bracket] == UInt8(ascii: "[") else { return nil }
        return bracket + 1
    }

    /// The next step inside a body; nil if only punctuation was read.
    ///
    /// `position` is at a byte that is not white space.
    private mutating func bodyStep(
        in window: [UInt8],
        from position: inout Int,
        isLast: Bool
    ) throws(JoinRowError) -> JoinRowStep? {
        let byte = window[position]
        switch (place, byte) {
        case (.firstElement, UInt8(ascii: "]")), (.nextElement, UInt8(ascii: "]")):
            position += 1
            place = isInBody ? .afterElements : .top
            return nil
        case (.afterElements, UInt8(ascii: "}")):
            position += 1
            place = .top
            return nil
        case (.afterElements, UInt8(ascii: ",")):
            guard let end = try member(in: window, at: position + 1, isLast: isLast) else { return .needsMore }
            position = end
            return nil
        case (.firstElement, _), (.nextElement, UInt8(ascii: ",")):
            return try element(in: window, from: &position, isLast: isLast)
        default:
            throw JoinRowError(at: position, "expected ',' or the end of the list of requests", endsSource: true)
        }
    }

    private mutating func element(
        in window: [UInt8],
        from position: inout Int,
        isLast: Bool
    ) throws(JoinRowError) -> JoinRowStep {
        let start = Self.skipBlanks(in: window, from: place == .nextElement ? position + 1 : position)
        guard start < window.count else {
            if isLast { throw JoinRowError(at: start, "the list of requests is not closed", endsSource: true) }
            return .needsMore
        }
        do throws(JoinRowError) {
            let step = try row(in: window, at: start, isLast: isLast)
            if case .row(let row) = step {
                position = row.range.upperBound
                place = .nextElement
            }
            return step
        } catch {
            var fault = error
            // Inside a body, a line end does not show where the next request begins.
            fault.endsSource = fault.next == nil
            if fault.next != nil { place = .nextElement }
            throw fault
        }
    }

    /// The end of the body's member that begins at `start`; nil if the window does not contain all of it.
    private func member(in window: [UInt8], at start: Int, isLast: Bool) throws(JoinRowError) -> Int? {
        let colon = try read(window, from: start, isLast: isLast) { cursor throws(JSONSyntaxError) in
            guard try cursor.kind() == .string else { throw JSONSyntaxError(.expectedKey, at: cursor.position) }
            _ = try cursor.string()
            _ = cursor.isAtEnd()
            return cursor.position
        }
        guard let colon else { return nil }
        guard colon < window.count else {
            if isLast { throw JoinRowError(at: colon, "the body ends after a key", endsSource: true) }
            return nil
        }
        guard window[colon] == UInt8(ascii: ":") else {
            throw JoinRowError(at: colon, "expected ':' after a key", endsSource: true)
        }
        return try read(window, from: colon + 1, isLast: isLast) { cursor throws(JSONSyntaxError) in
            try cursor.skipValue().upperBound
        }
    }
}

// MARK: Objects

extension JSONRowScanner {
    /// The parts of an object that a join needs.
    struct Object {
        var range: Range<Int>
        var id: (key: [UInt8], text: [UInt8])?
        var batch: [UInt8]?
        var requests: Range<Int>?
    }

    /// Reads the object that begins at `start`; nil if the window does not contain all of it.
    ///
    /// If a member occurs several times, the last one counts.
    func object(in window: [UInt8], at start: Int, isLast: Bool) throws(JoinRowError) -> Object? {
        try read(window, from: start, isLast: isLast) { cursor throws(JSONSyntaxError) in
            var object = Object(range: start..<start)
            try cursor.beginObject()
            while let key = try cursor.nextKey() {
                switch cursor.index(of: key, in: members).flatMap({ Member(rawValue: $0) }) {
                case .key:
                    object.id = try cursor.string()
                        .map { (cursor.keyBytes($0), [0x22] + cursor.bytes($0.range) + [0x22]) }
                case .batch: object.batch = try cursor.string().map { cursor.keyBytes($0) }
                case .requests:
                    let isArray = try cursor.kind() == .array
                    let range = try cursor.skipValue()
                    object.requests = isArray ? range : nil
                case nil: try cursor.skipValue()
                }
            }
            object.range = start..<cursor.position
            return object
        }
    }

    /// Reads JSON at a position in the window; nil if the window may have ended too early.
    private func read<Result>(
        _ window: [UInt8],
        from start: Int,
        isLast: Bool,
        _ body: (inout JSONCursor) throws(JSONSyntaxError) -> Result
    ) throws(JoinRowError) -> Result? {
        do throws(JSONSyntaxError) {
            return try JSONCursor.read(window) { cursor throws(JSONSyntaxError) in
                cursor.move(to: start..<window.count)
                return try body(&cursor)
            }
        } catch {
            // A character that is cut at the end of the window looks like invalid UTF-8.
            let mayBeCut = error.reason == .unexpectedEnd || error.offset + 16 > window.count
            if !isLast, mayBeCut { return nil }
            throw JoinRowError(at: error.offset, error.reason.rawValue)
        }
    }

    private static func skipBlanks(in window: [UInt8], from start: Int) -> Int {
        var position = start
        while position < window.count, [0x20, 0x09, 0x0A, 0x0D].contains(window[position]) { position += 1 }
        return position
    }
}
