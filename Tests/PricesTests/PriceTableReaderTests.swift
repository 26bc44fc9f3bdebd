import MessageBatches
import Prices
import Testing

struct PriceTableReaderTests {
    private static let header =
        "model_id,aliases,prompt_min,prompt_max,valid_from,valid_to,input,cache_read,output,geo_us_x\n"

    private func error(_ csv: String) -> PriceTableError? {
        do throws(PriceTableError) {
            _ = try PriceTableReader.table(csv: csv, origin: .file("p.csv"))
            return nil
        } catch {
            return error
        }
    }

    @Test func `columns can be in any order, and line ends and spaces do not matter`() throws {
        let csv = "\u{FEFF}output, model_id ,input\r\n# mine\r\n\r\n 15 , m , 3.000000 \r\n"
        let row = try #require(try PriceTableReader.table(csv: csv, origin: .file("p.csv")).rows.first)
        #expect(row.model == "m")
        #expect(row.prices == TokenPrices([.input: 3_000_000, .output: 15_000_000]))
        #expect(row.usFactor == 1_000_000)
        #expect(row.line == 4)
        #expect(row.origin == .file("p.csv"))
    }

    @Test(arguments: [
        ("m,,,,,,abc,,1,", "input"), ("m,,,,,,-1,,1,", "input"), ("m,,,,,,1e3,,1,", "input"),
        ("m,,,,,,1,2..3,1,", "cache_read"),
        ("m,,,,,,,,1,", "input"), ("m,,,,,,1,,,", "output"), (",,,,,,1,,1,", "model_id"),
        ("m,,x,,,,1,,1,", "prompt_min"),
        ("m,,9,5,,,1,,1,", "prompt_max"), ("m,,,,2026-02-30,,1,,1,", "valid_from"),
        ("m,,,,,tomorrow,1,,1,", "valid_to"),
        ("m,,,,2026-02-02,2026-02-01,1,,1,", "valid_to"), ("m,,,,,,1,,1,0", "geo_us_x"),
        ("m,,,,,,1,,1,much", "geo_us_x"),
        ("m,,,,,,0.0000001,,1,", "input"), ("m,,,,,,0.000001,,1,", "input"), ("m,,,,,,0.000002,,1,1.1", "input"),
        ("m,,,,,,1,0.00001,1,1.15", "cache_read"), ("m,,,,,,1,,1000000000000000000000,", "output"),
    ])
    func `an invalid field is rejected with its line and column`(line: String, column: String) {
        let error = error(Self.header + "fine,,,,,,1,,1,\n" + line + "\n")
        #expect(error?.line == 3)
        #expect(error?.column == column)
        #expect(error?.reason.isEmpty == false)
    }

    @Test(arguments: ["0.000002", "0.00002", "0.5", "25", "0.125", "0.00", "999999"])
    func `a price that is whole after all its factors is accepted`(price: String) {
        #expect(error(Self.header + "m,,,,,,\(price),,1,\n") == nil)
    }

    @Test(arguments: [
        "m,,,,,,2,,2,", "m,,,,2026-01-01,,2,,2,", "m,,,500,,,2,,2,", "m,,7,,2026-01-01,2026-01-31,2,,2,",
    ])
    func `two prices for one request are rejected`(line: String) {
        let error = error(Self.header + "m,,,,,,1,,1,\n" + line + "\n")
        #expect(error?.line == 3)
        #expect(error?.reason.contains("line 2") == true)
    }

    @Test func `adjacent rows do not overlap`() {
        let rows = ["m,,,100,,,1,,1,", "m,,101,,,2026-01-01,1,,1,", "m,,101,,2026-01-02,,2,,2,", "n,,,,,,1,,1,"]
        #expect(error(Self.header + rows.joined(separator: "\n")) == nil)
    }

    @Test func `an alias of two models is rejected, but one model may have it in two rows`() {
        let same = "m,a,,100,,,1,,1,\nm,a|b,101,,,,1,,1,\n"
        #expect(error(Self.header + same) == nil)
        let other = error(Self.header + same + "n,b,,,,,1,,1,\n")
        #expect(other?.column == "aliases")
        #expect(other?.line == 4)
    }

    @Test(
        arguments: [
            ("", nil, 1), ("# nothing\n\n", nil, 1), ("model_id,input\n", "output", 1),
            ("model_id,input,output,colour\n", "colour", 1),
            ("model_id,input,output,input\n", "input", 1), ("model_id,input,output\nm,1,2,3\n", nil, 2),
            ("model_id;input;output\n", "model_id;input;output", 1),
        ] as [(String, String?, Int)]
    )
    func `a table with an invalid header is rejected`(csv: String, column: String?, line: Int) {
        let error = error(csv)
        #expect(error != nil)
        #expect(error?.column == column)
        #expect(error?.line == line)
    }
}
