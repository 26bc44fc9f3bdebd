import Foundation
import MessageBatches
import Testing

@testable import BatchCommands

struct MoneyNumberTests {
    @Test(arguments: [
        "0", "0.000000000001", "-0.000000000001", "10.24710167", "0.1", "1000000000000000000000",
        "123456789012345.123456789012", "170141183460469231731687303.715884105727",
        "-170141183460469231731687303.715884105727",
    ])
    func `an amount is a JSON number with all its digits`(text: String) throws {
        let amount = try #require(Money(text))
        let json = try JSONEncoder().encode([MoneyNumber(amount)])
        #expect(String(decoding: json, as: UTF8.self) == "[\(text)]")
    }
}
