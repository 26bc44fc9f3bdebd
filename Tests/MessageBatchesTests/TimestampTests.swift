import MessageBatches
import Testing

struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2024-08-20T18:37:24.100435Z", 1_724_179_044_100_435_000),
        ("2025-01-29T14:25:40.914571+00:00", 1_738_160_740_914_571_000),
        ("2025-01-29T16:25:40.914571+02:00", 1_738_160_740_914_571_000),
        ("2025-01-29t09:25:40.914571999-0500", 1_738_160_740_914_571_999),
        ("2025-01-29 14:25:40Z", 1_738_160_740_000_000_000), ("1969-12-31T23:59:59.5Z", -500_000_000),
        ("2024-02-29T00:00:00.1234567891234Z", 1_709_164_800_123_456_789),

        ("2016-12-31T23:59:60Z", 1_483_228_799_000_000_000), ("0000-01-01T00:00:00Z", -62_167_219_200_000_000_000),
        ("9999-12-31T23:59:59.999999999Z", 253_402_300_799_999_999_999),
    ])
    func `RFC 3339 is read to the nanosecond`(text: String, nanoseconds: Int128) {
        #expect(Timestamp(text)?.nanoseconds == nanoseconds)
    }

    @Test(arguments: [
        "", "2024-08-20", "2024-08-20T18:37:24", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z",
        "2024-08-20T24:00:00Z", "2024-08-20T18:60:00Z", "2024-08-20T18:37:61Z", "2024-08-20T18:37:24.Z",
        "2024-08-20T18:37:24Zx", "2024-08-20T18:37:24+2:00", "20240820T183724Z", "10000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+00:01",
        "２０24-08-20T18:37:24Z",
    ])
    func `anything else is refused`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func `text is UTC with six digits and reads back`() {
        let moment = Timestamp(nanoseconds: 1_724_179_044_100_435_999)
        #expect(moment.text == "2024-08-20T18:37:24.100435Z")
        #expect(Timestamp(seconds: -1).text == "1969-12-31T23:59:59.000000Z")
    }

    @Test(arguments: [Int64.min, -62_167_219_201, -1, 0, 253_402_300_800, .max])
    func `every operation stays in the years 0000 to 9999`(seconds: Int64) {
        for moment in [Timestamp(seconds: seconds), Timestamp(seconds: 0).adding(seconds: seconds)] {
            #expect(moment.text.utf8.count == 27)
            #expect(Timestamp(moment.text).map { moment.seconds(since: $0) < 0.000_001 } == true)
            for other in [Int64.min, .max] { #expect(moment.adding(seconds: other).text.utf8.count == 27) }
        }
        let bounds = [Timestamp(nanoseconds: .min), Timestamp(nanoseconds: .max)]
        #expect(bounds.map(\.text) == ["0000-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"])
        #expect(bounds[1].seconds(since: bounds[0]) > 3e11)
    }

    @Test func `a time before the year 0000 is nil`() {
        let moment = Timestamp(seconds: 0)
        #expect(moment.subtracting(seconds: 62_167_219_200)?.text == "0000-01-01T00:00:00.000000Z")
        #expect(moment.subtracting(seconds: 62_167_219_201) == nil)
        #expect(moment.subtracting(seconds: .max) == nil)
    }

    @Test(arguments: [Double.infinity, -.infinity, .nan, 1e300, -1e300, 1e12])
    func `a clock that shows nonsense ends no run`(seconds: Double) {
        #expect(Timestamp(systemTime: seconds).text.utf8.count == 27)
    }

    @Test func `every day of two centuries goes there and back`() {
        for number in -36_525...73_050 {
            let day = CalendarDay(daysSinceEpoch: number)
            #expect(CalendarDay(day.text) == day)
        }
        #expect(CalendarDay("20240801")?.text == "2024-08-01")
        #expect(CalendarDay("2024-8-1") == nil)
        #expect(CalendarDay(daysSinceEpoch: 19_782).text == "2024-02-29")
    }

    @Test func `a moment lies in its UTC day, before the epoch too`() {
        #expect(Timestamp("2024-08-20T23:59:59.999999999Z")?.day.text == "2024-08-20")
        #expect(Timestamp("2024-08-20T23:30:00-01:00")?.day.text == "2024-08-21")
        #expect(Timestamp(nanoseconds: -1).day.text == "1969-12-31")
    }
}
