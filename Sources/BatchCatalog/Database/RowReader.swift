import FoundationEssentials
import GRDB
import MessageBatches

/// Reads the values of a row, and throws where one is not what its column holds: a damaged file must not end the program.
struct RowReader {
    let row: Row

    /// What is wrong with a row.
    struct Unusable: Error {
        let column: String
    }

    func text(_ column: String) throws(Unusable) -> String {
        guard let value = optionalText(column) else { throw Unusable(column: column) }
        return value
    }

    func optionalText(_ column: String) -> String? {
        String.fromDatabaseValue(row[column])
    }

    func number(_ column: String) throws(Unusable) -> Int {
        guard let value = optionalNumber(column) else { throw Unusable(column: column) }
        return value
    }

    func optionalNumber(_ column: String) -> Int? {
        Int.fromDatabaseValue(row[column])
    }

    func time(_ column: String) throws(Unusable) -> Timestamp {
        guard let value = Timestamp(try text(column)) else { throw Unusable(column: column) }
        return value
    }

    func optionalTime(_ column: String) throws(Unusable) -> Timestamp? {
        optionalText(column) == nil ? nil : try time(column)
    }

    func json<Value: Decodable>(_ column: String, as type: Value.Type) throws(Unusable) -> Value {
        let text = try text(column)
        guard let value = try? JSONDecoder().decode(type, from: Data(text.utf8)) else { throw Unusable(column: column) }
        return value
    }
}

/// Small values as JSON text, keys sorted, for the columns that hold more than one thing.
enum ColumnJSON {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
