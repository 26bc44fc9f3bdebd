import Foundation
import Logging
import MessageBatches

/// Writes log events as NDJSON: `{"time":"…","level":"info","message":"…","request_id":"req_…"}`.
///
/// Times are RFC 3339 in UTC. Metadata follows the message, sorted; integers are numbers.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel = Logger.Level.info
    private let now: @Sendable () -> Timestamp
    private let write: @Sendable ([UInt8]) -> Void

    /// Creates a log handler that calls `write` once per event, with an object.
    init(now: @escaping @Sendable () -> Timestamp, write: @escaping @Sendable ([UInt8]) -> Void) {
        self.now = now
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var members = [
            ("time", Self.quoted(now().text)), ("level", Self.quoted(event.level.rawValue)),
            ("message", Self.quoted(event.message.description)),
        ]
        let all = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
        members += all.sorted { $0.key < $1.key }.map { ($0.key, Self.json($0.value)) }
        let object = members.map { "\(Self.quoted($0.0)):\($0.1)" }.joined(separator: ",")
        write(Array("{\(object)}".utf8))
    }

    private static func json(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .stringConvertible(let number as Int): String(number)
        case .stringConvertible(let other): quoted(other.description)
        case .array(let values): "[\(values.map { json($0) }.joined(separator: ","))]"
        case .dictionary(let members):
            "{\(members.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(json($0.value))" }.joined(separator: ","))}"
        }
    }

    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // A string can always be encoded.
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
