import MessageBatches
import Testing

struct MoneyTests {
    @Test(arguments: [
        (0, "0"), (1, "0.000000000001"), (-1, "-0.000000000001"), (1_000_000_000_000, "1"),
        (12_500_000_000_000, "12.5"),
        (-340_000_000_000, "-0.34"), (100_000_000_000_000, "100"), (999_999_999_999, "0.999999999999"),
    ])
    func `the text is exact, without zeros at the end`(picoDollars: Int, text: String) {
        #expect(Money(picoDollars: Int128(picoDollars)).text == text)
        #expect(Money(text) == Money(picoDollars: Int128(picoDollars)))
    }

    @Test func `the largest amounts keep every digit`() {
        #expect(Money(picoDollars: .max).text == "170141183460469231731687303.715884105727")
        #expect(Money(picoDollars: .min).text == "-170141183460469231731687303.715884105728")
        #expect(Money("170141183460469231731687303.715884105727") == Money(picoDollars: .max))
        #expect(Money("170141183460469231731687303.715884105728") == nil)
    }

    @Test(arguments: [
        "", "-", ".", "1.", ".5", "1e3", "+1", "0.0000000000001", "1 ", "1,5", "--1", "0x1", "1.2.3", "١", "NaN", " 1",
    ])
    func `what is no amount is refused`(text: String) {
        #expect(Money(text) == nil)
    }

    @Test func `more than twelve places are fine if they are zeros`() {
        #expect(Money("1.50000000000000") == Money(picoDollars: 1_500_000_000_000))
        #expect(Money("1.50000000000001") == nil)
    }

    @Test func `zeros in front are passed over`() {
        #expect(Money("007.10") == Money(picoDollars: 7_100_000_000_000))
    }

    @Test func `sums are exact`() throws {
        var sum = Money.zero
        for _ in 0..<10 { sum += try #require(Money("0.1")) }
        #expect(sum.text == "1")
    }

    @Test func `a sum that exceeds the largest amount stays there`() {
        let (most, least) = (Money(picoDollars: .max), Money(picoDollars: .min))
        #expect(most + Money(picoDollars: 1) == most && least - Money(picoDollars: 1) == least)
        #expect(least + least == least && most - least == most)
        var sum = most
        sum += most
        #expect(sum == most)
    }

    @Test(arguments: [(100, 3, 7, 42), (-100, 3, 7, -42), (100, 7, 3, 233), (0, .max, 1, 0), (5, 0, .max, 0)])
    func `a share is rounded toward zero`(amount: Int128, part: Int, whole: Int, share: Int128) {
        #expect(Money(picoDollars: amount).share(of: part, in: whole) == Money(picoDollars: share))
    }

    @Test func `a share that exceeds the largest amount stays there`() {
        #expect(Money(picoDollars: .max).share(of: .max, in: 1) == Money(picoDollars: .max))
        #expect(Money(picoDollars: .min).share(of: .max, in: 1) == Money(picoDollars: .min))
    }
}
