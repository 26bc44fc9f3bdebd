import JSONLines
import MessageBatches

/// Reads a price table: CSV with a header that names the columns in any order.
///
/// `model_id`, `input` and `output` are required. `aliases` (separated by `|`), `prompt_min`, `prompt_max`,
/// `valid_from`, `valid_to`, the other price columns of `UsageField`, `geo_us_x` and `confidence` may be missing or
/// empty. Prices are US dollars per million tokens before any discount. Empty lines and lines that begin
/// with `#` are skipped.
package struct PriceTableReader {
    enum Column: String {
        case model = "model_id"
        case aliases
        case promptMinimum = "prompt_min"
        case promptMaximum = "prompt_max"
        case validFrom = "valid_from"
        case validTo = "valid_to"
        case usFactor = "geo_us_x"
        case confidence
    }

    private static let requiredColumns =
        [Column.model.rawValue] + UsageField.priced.filter(\.isAlwaysPriced).compactMap(\.priceColumn)

    private let origin: PriceOrigin
    private var columns: [String] = []
    private var rows: [PriceRow] = []
    private var aliasOwners: [String: String] = [:]

    /// Reads and validates a table.
    package static func table(csv: String, origin: PriceOrigin) throws(PriceTableError) -> PriceTable {
        var reader = PriceTableReader(origin: origin)
        let bytes = Array(csv.utf8)
        var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var line = 1
        while position < bytes.count {
            let end = bytes[position...].firstIndex(of: 0x0A) ?? bytes.count
            let text = String(decoding: bytes[position..<end], as: UTF8.self).trimmed
            if text.isEmpty || text.hasPrefix("#") {
                position = end + 1
                line += 1
                continue
            }
            let record = try record(in: bytes, at: position, line: line)
            try reader.read(record.fields, line: line)
            line += bytes[position..<record.end].count { $0 == 0x0A }
            position = record.end
        }
        guard !reader.columns.isEmpty else { throw PriceTableError(line: 1, column: nil, reason: "the table is empty") }
        return PriceTable(rows: reader.rows)
    }

    private init(origin: PriceOrigin) {
        self.origin = origin
    }

    /// The trimmed fields of the record at `start`, and the position of the next record.
    private static func record(
        in bytes: [UInt8],
        at start: Int,
        line: Int
    ) throws(PriceTableError) -> (fields: [String], end: Int) {
        do throws(DelimitedRecords.SyntaxError) {
            let record = try DelimitedRecords.csv.record(in: bytes, at: start, isLast: true)
            let fields = record?.cells.map { String(decoding: $0.text(in: bytes), as: UTF8.self).trimmed }
            return (fields ?? [], record?.end ?? bytes.count)
        } catch {
            let before = bytes[start..<error.offset].count { $0 == 0x0A }
            throw PriceTableError(line: line + before, column: nil, reason: error.reason)
        }
    }

    private mutating func read(_ fields: [String], line: Int) throws(PriceTableError) {
        if columns.isEmpty {
            columns = try Self.columns(fields, line: line)
            return
        }
        guard fields.count <= columns.count else {
            throw PriceTableError(
                line: line,
                column: nil,
                reason: "\(fields.count) fields, but \(columns.count) columns"
            )
        }
        let cells = Cells(fields: Dictionary(uniqueKeysWithValues: zip(columns, fields)), line: line)
        try add(row(cells))
    }

    private static func columns(_ fields: [String], line: Int) throws(PriceTableError) -> [String] {
        var columns: [String] = []
        for field in fields {
            guard Column(rawValue: field) != nil || UsageField.priced.contains(where: { $0.priceColumn == field })
            else {
                throw PriceTableError(line: line, column: field, reason: "no such column")
            }
            guard !columns.contains(field) else {
                throw PriceTableError(line: line, column: field, reason: "the column is repeated")
            }
            columns.append(field)
        }
        for column in requiredColumns where !columns.contains(column) {
            throw PriceTableError(line: line, column: column, reason: "the column is missing")
        }
        return columns
    }

    private func row(_ cells: Cells) throws(PriceTableError) -> PriceRow {
        let factor = try cells.factor(Column.usFactor.rawValue)
        var prices: [UsageField: Int64] = [:]
        for field in UsageField.priced {
            guard let column = field.priceColumn else { continue }
            let price = try cells.price(column, usFactor: factor)
            prices[field] = field.isAlwaysPriced ? try cells.required(column, price) : price
        }
        return PriceRow(
            model: ModelName.normalized(try cells.required(Column.model.rawValue, cells[Column.model.rawValue])),
            aliases: (cells[Column.aliases.rawValue] ?? "").split(separator: "|")
                .map { ModelName.normalized($0.trimmed) },
            promptMinimum: try cells.count(Column.promptMinimum.rawValue),
            promptMaximum: try cells.count(Column.promptMaximum.rawValue),
            validFrom: try cells.day(Column.validFrom.rawValue),
            validTo: try cells.day(Column.validTo.rawValue),
            prices: TokenPrices(prices),
            usFactor: factor,
            confidence: cells[Column.confidence.rawValue] ?? "",
            origin: origin,
            line: cells.line
        )
    }

    /// Adds a row after checking it by itself and against all earlier rows.
    private mutating func add(_ row: PriceRow) throws(PriceTableError) {
        if let from = row.validFrom, let to = row.validTo, to < from {
            throw PriceTableError(line: row.line, column: Column.validTo.rawValue, reason: "before valid_from")
        }
        if let minimum = row.promptMinimum, let maximum = row.promptMaximum, maximum < minimum {
            throw PriceTableError(line: row.line, column: Column.promptMaximum.rawValue, reason: "less than prompt_min")
        }
        if let other = rows.first(where: { $0.overlaps(row) }) {
            let reason = "days and prompt sizes overlap those of line \(other.line)"
            throw PriceTableError(line: row.line, column: Column.validFrom.rawValue, reason: reason)
        }
        for alias in row.aliases {
            let owner = aliasOwners[alias] ?? row.model
            guard owner == row.model else {
                let reason = "alias '\(alias)': already used by \(owner)"
                throw PriceTableError(line: row.line, column: Column.aliases.rawValue, reason: reason)
            }
            aliasOwners[alias] = row.model
        }
        rows.append(row)
    }
}

/// Why a price table is not valid, with the line and column.
package struct PriceTableError: Error, Sendable, Hashable {
    /// The line number in the file, starting at 1.
    package var line: Int
    /// The name of the column, if the error is in one.
    package var column: String?
    /// The reason as a clause: "no whole number of pico-dollars a token".
    package var reason: String

    package init(line: Int, column: String?, reason: String) {
        self.line = line
        self.column = column
        self.reason = reason
    }
}

/// The fields of one line, by column.
private struct Cells {
    let fields: [String: String]
    let line: Int

    /// The value of a field; nil if it is empty or missing.
    subscript(_ column: String) -> String? {
        fields[column].flatMap { $0.isEmpty ? nil : $0 }
    }

    func required<Value>(_ column: String, _ value: Value?) throws(PriceTableError) -> Value {
        guard let value else { throw PriceTableError(line: line, column: column, reason: "empty") }
        return value
    }

    func count(_ column: String) throws(PriceTableError) -> Int? {
        guard let text = self[column] else { return nil }
        guard let digits = DecimalDigits(text, places: 0), digits.value <= 1_000_000_000_000 else {
            throw PriceTableError(line: line, column: column, reason: "invalid number of tokens '\(text)'")
        }
        return Int(digits.value)
    }

    func day(_ column: String) throws(PriceTableError) -> CalendarDay? {
        guard let text = self[column] else { return nil }
        guard let day = CalendarDay(text) else {
            throw PriceTableError(line: line, column: column, reason: "invalid date '\(text)': must be like 2026-11-01")
        }
        return day
    }

    /// A factor in millionths; 1 if the field is empty.
    func factor(_ column: String) throws(PriceTableError) -> Int64 {
        guard let text = self[column] else { return 1_000_000 }
        guard let digits = DecimalDigits(text, places: 6), digits.value > 0, digits.value <= 1_000_000_000 else {
            throw PriceTableError(line: line, column: column, reason: "invalid factor '\(text)': must be like 1.1")
        }
        return Int64(digits.value)
    }

    /// A price in pico-dollars per token.
    ///
    /// It must be whole with and without the batch discount and the factor of the geo.
    func price(_ column: String, usFactor: Int64) throws(PriceTableError) -> Int64? {
        guard let text = self[column] else { return nil }
        guard let exact = DecimalDigits(text, places: 12), exact.value < 1_000_000_000_000_000_000 else {
            throw PriceTableError(
                line: line,
                column: column,
                reason: "invalid price '\(text)': must be in dollars, like 0.25"
            )
        }
        // If half the price times the factor is whole, all other products are whole too.
        let (half, rest) = (exact.value * Int128(usFactor)).quotientAndRemainder(dividingBy: 2_000_000_000_000)
        let isWhole = exact.value.isMultiple(of: 2_000_000) && rest == 0 && half >= 0
        guard isWhole else {
            let reason =
                "invalid price '\(text)': must be a whole number of pico-dollars per token after batch discount and geo_us_x"
            throw PriceTableError(line: line, column: column, reason: reason)
        }
        return Int64(exact.value / 1_000_000)
    }
}

extension StringProtocol {
    /// The text without spaces, tabs and carriage returns at both ends.
    fileprivate var trimmed: String {
        let isBlank: (UInt8) -> Bool = { [0x20, 0x09, 0x0D].contains($0) }
        let start = Array(utf8.drop(while: isBlank))
        return String(decoding: start.dropLast(start.reversed().prefix(while: isBlank).count), as: UTF8.self)
    }
}

/// A non-negative plain decimal number, stored as an integer with a fixed number of decimal places.
struct DecimalDigits {
    /// The number times ten to the power of the decimal places.
    let value: Int128

    /// Parses digits with at most one decimal point.
    ///
    /// Returns nil for a sign, an exponent, any other character, more than 18 digits before the point, or digits other
    /// than 0 after the last decimal place.
    init?(_ text: some StringProtocol, places: Int) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let (whole, fraction) = (Array(parts[0]), parts.count == 2 ? Array(parts[1]) : [])
        guard !whole.isEmpty, whole.count <= 18, parts.count == 1 || !fraction.isEmpty else { return nil }
        guard (whole + fraction).allSatisfy({ $0.isDigit }) else { return nil }
        guard fraction.dropFirst(places).allSatisfy({ $0 == 0x30 }) else { return nil }
        let kept = fraction.prefix(places)
        let padded = whole + kept + Array(repeating: 0x30, count: places - kept.count)
        value = padded.reduce(0) { $0 * 10 + Int128($1 - 0x30) }
    }
}
