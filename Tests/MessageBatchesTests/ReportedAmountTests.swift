import MessageBatches
import Testing

struct ReportedAmountTests {
    @Test(
        arguments: [
            ("123.78912", 1_237_891_200_000, 50_000), ("0", 0, 5_000_000_000), ("1", 10_000_000_000, 5_000_000_000),
            ("0.0000000001", 1, 1), ("0.000000000149", 1, 1), ("-2.5", -25_000_000_000, 500_000_000),
            ("0.12345678901234567", 1_234_567_890, 1),
        ] as [(String, Int128, Int128)]
    )
    func `an amount in cents is exact, and its last place limits it`(text: String, money: Int128, rounding: Int128)
        throws
    {
        let amount = try #require(ReportedAmount(cents: text))
        #expect(amount.money == Money(picoDollars: money))
        #expect(amount.rounding == Money(picoDollars: rounding))
    }

    @Test(arguments: ["", ".", "1.", ".5", "1,5", "1e3", "$1", "1.2.3", "--1", "1.-2", " 1", "NaN"])
    func `another text is not an amount`(text: String) {
        #expect(ReportedAmount(cents: text) == nil)
    }
}
