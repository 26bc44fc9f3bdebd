import MessageBatches
@testable import Tables
import Testing

@Suite struct NumberTextTests {
    @Test(arguments: [
        (0, "0"), (7, "7"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-1_000, "-1,000"),
        (Int64.max, "9,223,372,036,854,775,807"), (Int64.min, "-9,223,372,036,854,775,808"),
    ])
    func `counts have a comma between every three digits`(value: Int64, text: String) {
        #expect(NumberText.integer(value) == text)
    }

    @Test(arguments: [
        (0.0, "0.0"), (0.5, "0.5"), (1.25e-5, "0.0000125"), (-1e-12, "-0.000000000001"), (1e-13, "1e-13"),
        (48_100_000, "48100000.0"), (1.2345e16, "12345000000000000.0"), (-1e20, "-100000000000000000000.0"),
        (1e21, "1e+21"), (0.30000000000000004, "0.30000000000000004"),
    ])
    func `programs get all digits, and no exponent in the range of amounts`(value: Double, text: String) {
        #expect(NumberText.plain(value) == text)
        #expect(Double(text) == value)
    }

    @Test func `a number that is not finite has no digits`() {
        for value in [Double.nan, .infinity, -.infinity] { #expect(NumberText.plain(value) == nil) }
    }

    @Test(arguments: [
        (0.0, 0), (3, 0), (0.5, 1), (-0.25, 2), (1.25e-5, 7), (1e-12, 12), (1e-13, 0), (0.1 + 0.2, 1), (1.0 / 3, 12),
        (123_456.000_000_001, 9), (1e15, 0), (.nan, 0), (.infinity, 0),
    ])
    func `a number needs the places of its digits, without the noise of binary fractions`(value: Double, places: Int) {
        #expect(NumberText.places(value) == places)
    }

    @Test(arguments: [
        (0.0, "0 B"), (1, "1 B"), (999, "999 B"), (999.4, "999 B"), (999.6, "1.0 kB"), (1_000, "1.0 kB"),
        (1_440_000_000, "1.4 GB"), (99_940, "99.9 kB"), (99_960, "100 kB"), (999_499, "999 kB"), (999_500, "1.0 MB"),
        (142e9, "142 GB"), (5e18, "5.0 EB"), (-2_500, "-2.5 kB"), (.infinity, "–"), (.nan, "–"),
    ])
    func `sizes use the next unit before they need four digits`(value: Double, text: String) {
        #expect(NumberText.bytes(value) == text)
    }

    @Test(arguments: [
        (0.0, "0 s"), (0.0004, "0 ms"), (0.85, "850 ms"), (0.9994, "999 ms"), (0.9996, "1.0 s"), (3.42, "3.4 s"),
        (59.94, "59.9 s"), (59.96, "1m00s"), (725, "12m05s"), (3_599.4, "59m59s"), (3_599.6, "1h00m"), (3_720, "1h02m"),
        (86_369, "23h59m"), (86_371, "1d00h"), (183_600, "2d03h"), (-3.42, "-3.4 s"), (.nan, "–"),
        (1e300, "–"),
    ])
    func `durations have at most two units`(seconds: Double, text: String) {
        #expect(NumberText.duration(seconds: seconds) == text)
    }

    @Test(arguments: [
        (0.0, "0.0%"), (0.25, "25.0%"), (0.99996, "100.0%"), (-0.013, "-1.3%"), (12, "1,200.0%"), (.nan, "–"),
    ])
    func `fractions become percentages`(fraction: Double, text: String) {
        #expect(NumberText.percent(fraction) == text)
    }

    @Test(arguments: [(0.0, "0.0 pp"), (0.0578, "5.8 pp"), (-0.013, "-1.3 pp"), (.nan, "–")])
    func `differences of fractions become percentage points`(difference: Double, text: String) {
        #expect(NumberText.percentagePoints(difference) == text)
    }

    @Test(arguments: [
        (0.0, 2, "0.00"), (1234.565, 2, "1,234.57"), (-0.004, 2, "0.00"), (-0.006, 2, "-0.01"), (0.5, 0, "1"),
        (2, 3, "2.000"),
        (1e30, 2, "1e+30"),
    ])
    func `numbers have exactly the requested decimal places`(value: Double, places: Int, text: String) {
        #expect(NumberText.decimal(value, places: places) == text)
    }

    @Test(arguments: [
        (0.0, "0"), (0.5, "0.5"), (950, "950"), (12_345, "12.3k"), (4_000_000, "4M"), (1.23e9, "1.2B"), (999_600, "1M"),
        (-1_500, "-1.5k"),
    ])
    func `chart labels are short`(value: Double, text: String) {
        #expect(NumberText.compact(value) == text)
    }

    @Test func `timestamps are shown with seconds and time zone`() throws {
        let moment = try #require(Timestamp("2024-08-20T17:23:24.999999Z"))
        #expect(NumberText.timestamp(moment) == "2024-08-20 17:23:24Z")
    }

    @Test(arguments: [
        (0.0, "less than a minute"), (59, "less than a minute"), (60, "1 min"), (7_199, "119 min"), (7_200, "2 h"),
        (172_799, "47 h"), (172_800, "2 days"), (1e12, "11,574,074 days"),
    ])
    func `ages have one unit`(seconds: Double, text: String) {
        #expect(NumberText.age(seconds: seconds) == text)
    }

    @Test func `a time to the minute is not rounded`() {
        #expect(NumberText.minute(Timestamp(seconds: 1_724_174_639)) == "2024-08-20 17:23")
    }
}
