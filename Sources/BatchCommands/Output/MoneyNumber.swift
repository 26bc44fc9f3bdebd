import Foundation
import MessageBatches

/// An amount of US dollars in a JSON document: a number with all its digits, `0.00125`.
struct MoneyNumber: Encodable {
    private let amount: Money

    init(_ amount: Money) {
        self.amount = amount
    }

    func encode(to encoder: any Encoder) throws {
        // `Decimal` is the only type whose digits `JSONEncoder` writes as they are. Its 38 digits hold every amount.
        guard let number = Decimal(string: amount.text) else {
            let context = EncodingError.Context(codingPath: encoder.codingPath, debugDescription: "not a number")
            throw EncodingError.invalidValue(amount.text, context)
        }
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}
