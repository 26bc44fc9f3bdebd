import MessageBatches
@testable import Tables
import Testing

@Suite struct MoneyTextTests {
    @Test(arguments: [
        ("0", "$0.00"), ("0.000000000000", "$0.00"), ("-0.000", "$0.00"), ("1", "$1.00"), ("1234.5", "$1,234.50"),
        ("12.345", "$12.35"), ("12.344999999999", "$12.34"), ("-12.345", "-$12.35"), ("999999.995", "$1,000,000.00"),
        ("0.99995", "$1.0000"), ("0.0312", "$0.0312"), ("0.03125", "$0.0313"), ("0.0001", "$0.0001"),
        ("0.00001234", "$0.000012"), ("0.000000000001", "$0.000000000001"), ("-0.0000995", "-$0.000100"),
        ("0.000000000012", "$0.000000000012"), ("007.10", "$7.10"),
        ("170141183460469231731687303.715884105727", "$170,141,183,460,469,231,731,687,303.72"),
        ("170141183460469231731687303.715884105728", nil as String?),
        ("17014118346046923173168730.3", "$17,014,118,346,046,923,173,168,730.30"),
    ])
    func `amounts are rounded on their digits`(amount: String, text: String?) {
        #expect(Money(amount)?.displayText == text)
        #expect(Cell.money(Money(amount)).displayText(.money) == text)
    }

    @Test(arguments: ["", "-", ".", "1.", ".5", "1e5", "1.2.3", "١", "NaN", " 1", "0.0000000000001", "+1", "--1"])
    func `text that is not an amount is rejected`(text: String) {
        #expect(Money(text) == nil)
    }

    @Test(arguments: [
        (["12.5", "0.0023"], ["$12.5000", "$0.0023"]), (["1234.5", "7"], ["$1,234.50", "$7.00"]),
        (["0", "0.0000012"], ["$0.0000000", "$0.0000012"]), (["-0.5", "0.25"], ["-$0.5000", "$0.2500"]),
        (["1500", "0.0000000012"], ["$1,500.000000", "<$0.000001"]),
        (["1500", "-0.0000000012"], ["$1,500.000000", ">-$0.000001"]),
    ])
    func `the amounts of a column have the same number of decimals`(amounts: [String], texts: [String]) {
        let table = Table(columns: [Column("cost", "Cost", kind: .money)], rows: amounts.map { [.money(Money($0))] })
        let lines = TableFormat.table.render(table).split(separator: "\n").dropFirst(2)
        #expect(lines.map { $0.drop { $0 == " " } } == texts.map { $0[...] })
    }

    @Test func `the total of a column has the decimals of its amounts`() {
        let table = Table(
            columns: [Column("model", "Model"), Column("cost", "Cost", kind: .money)],
            rows: [[.text("a"), .money(Money("0.0312"))], [.text("b"), .missing]],
            totals: [.text("Total"), .money(Money("1250.0312"))]
        )
        #expect(TableFormat.table.render(table).contains("\nTotal  $1,250.0312\n"))
        #expect(TableFormat.markdown.render(table).contains("**\\$1,250.0312**"))
    }

    @Test func `amounts convert to dollars`() {
        #expect(Money(picoDollars: 1_500_000_000_000).dollars == 1.5)
    }
}
