import JSONLines
import MessageBatches
import Tables

extension Cell {
    /// Creates a cell from a value in JSON.
    ///
    /// Objects and arrays are shown as JSON text.
    init(json: ArraySlice<UInt8>, kind: ValueKind) {
        switch json.first {
        case UInt8(ascii: "n"): self = .missing
        case UInt8(ascii: "\""):
            self = .text(JSONString.decoded(json.dropFirst().dropLast(), isEscaped: true))
        default:
            let text = String(decoding: json, as: UTF8.self)
            self =
                switch kind {
                case .integer: Int64(text).map { .integer($0) } ?? .text(text)
                case .money: Money(text).map { .money($0) } ?? .text(text)
                default: .text(text)
                }
        }
    }
}
