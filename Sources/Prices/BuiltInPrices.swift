/// The price table that is part of the program.
///
/// To update it, change the rows, the version and, if there is a new one, the source.
package enum BuiltInPrices {
    /// The day on which the table was compiled, which identifies it in every report.
    package static let version = "2026-11-29"

    /// The source of the rows.
    package static let source =
        "Anthropic's pricing pages, model overview, deprecations and release notes, read up to 2026-11-29"

    /// The note that every report prints with an amount.
    package static let caveat = "If figures differ, trust your invoice."

    /// The rows: US dollars per million tokens, before the batch discount.
    ///
    /// `valid_from` is the day of a release or price change. `valid_to` is the last day of a price, or of a
    /// model whose retirement is past or announced. Cache prices have columns of their own because they are not fixed multiples of the input price.
    /// `claude-haiku-5-5` costs more above 100,000 prompt tokens; the higher price applies to all tokens of the
    /// request. `confidence` A means Anthropic's own page, B a release note completed from third parties, C secondary
    /// sources only.
    package static let csv = """
        model_id,aliases,prompt_min,prompt_max,valid_from,valid_to,input,cache_write_5m,cache_write_1h,cache_read,output,geo_us_x,confidence
        claude-fable-5-2,,,,2026-11-09,,8,10,16,0.20,40,1.1,B
        claude-mythos-5-2,,,,2026-11-09,,8,10,16,0.20,40,1.1,B
        claude-fable-5-1,,,,2026-09-01,,10,12.5,20,0.25,50,1.1,A
        claude-mythos-5-1,,,,2026-09-01,,10,12.5,20,0.25,50,1.1,A
        claude-fable-5,,,,2026-06-09,,10,12.5,20,1.00,50,1.1,A
        claude-mythos-5,,,,2026-06-09,,10,12.5,20,1.00,50,1.1,A
        claude-mythos-preview,,,,,2026-06-30,25,,,,125,1,C
        claude-opus-5-5,,,,2026-09-22,,4,5,8,0.20,20,1.1,A
        claude-opus-5,,,,2026-07-24,,5,6.25,10,0.50,25,1.1,A
        claude-opus-4-8,,,,2026-05-28,,5,6.25,10,0.50,25,1.1,A
        claude-opus-4-7,,,,2026-04-16,,5,6.25,10,0.50,25,1.1,A
        claude-opus-4-6,,,,2026-02-05,,5,6.25,10,0.50,25,1.1,A
        claude-opus-4-5-20251101,claude-opus-4-5,,,2025-11-24,2027-01-22,5,6.25,10,0.50,25,1,A
        claude-opus-4-1-20250805,claude-opus-4-1,,,2025-08-05,2026-08-05,15,18.75,30,1.50,75,1,A
        claude-opus-4-20250514,claude-opus-4-0|claude-4-opus-20250514,,,2025-05-22,2026-06-15,15,18.75,30,1.50,75,1,A
        claude-3-opus-20240229,claude-3-opus-latest,,,2024-02-29,2026-01-05,15,18.75,30,1.50,75,1,A
        claude-sonnet-5-5,,,,2026-09-28,2026-10-06,2,2.5,4,0.20,10,1.1,A
        claude-sonnet-5-5,,,,2026-10-07,,2,2.5,4,0.10,10,1.1,A
        claude-sonnet-5,,,,2026-06-30,,2,2.5,4,0.20,10,1.1,A
        claude-sonnet-4-6,,,,2026-02-17,,3,3.75,6,0.30,15,1.1,A
        claude-sonnet-4-5-20250929,claude-sonnet-4-5,,,2025-09-29,2026-11-30,3,3.75,6,0.30,15,1,A
        claude-sonnet-4-20250514,claude-sonnet-4-0|claude-4-sonnet-20250514,,,2025-05-22,2026-06-15,3,3.75,6,0.30,15,1,A
        claude-3-7-sonnet-20250219,claude-3-7-sonnet-latest,,,2025-02-24,2026-02-19,3,3.75,6,0.30,15,1,A
        claude-3-5-sonnet-20241022,claude-3-5-sonnet-latest,,,2024-10-22,2025-10-28,3,3.75,6,0.30,15,1,A
        claude-3-5-sonnet-20240620,,,,2024-06-20,2025-10-28,3,3.75,6,0.30,15,1,A
        claude-haiku-5-5,,,100000,2026-10-07,,0.10,0.125,0.20,0.01,0.50,1.1,A
        claude-haiku-5-5,,100001,,2026-10-07,,0.50,0.625,1.00,0.05,2.50,1.1,A
        claude-haiku-4-5-20251001,claude-haiku-4-5,,,2025-10-15,,1,1.25,2,0.10,5,1,A
        claude-3-5-haiku-20241022,claude-3-5-haiku-latest,,,2024-10-22,2026-02-19,0.80,1.00,1.60,0.08,4,1,A
        claude-3-haiku-20240307,,,,2024-03-07,2026-04-20,0.25,0.30,0.50,0.03,1.25,1,A
        """
}
