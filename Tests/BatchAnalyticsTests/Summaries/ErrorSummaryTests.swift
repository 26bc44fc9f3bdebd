import BatchAnalytics
import BatchPipeline
import MessageBatches
import TestSupport
import Testing

struct ErrorSummaryTests {
    @Test func `errors with one cause are counted together, with their class`() {
        let summary = ErrorSummary([
            .errored("a", message: "messages.0: too long"), .errored("b", message: "messages.17: too long"),
            .errored("c", type: "overloaded_error", message: "Overloaded"),
            .errored("d", message: "Your credit balance is too low"), .succeeded(), .other(.canceled),
        ])
        #expect(summary.ranked.map(\.value.count) == [2, 1, 1])
        #expect(summary.ranked.first?.key.message == "<path>: too long")
        #expect(summary.ranked.map(\.value.errorClass) == [.fixInput, .fixAccount, .retry])
        #expect(summary.total.count == 4)
    }

    @Test func `first and last seen are the creation of the earliest and latest batch`() {
        var summary = ErrorSummary([.errored(message: "x")], of: .ended(created: "2026-03-05T00:00:00Z"))
        summary.merge(ErrorSummary([.errored(message: "x")], of: .ended(created: "2026-03-09T00:00:00Z")))
        summary.merge(ErrorSummary([.errored(message: "x")], of: .ended(created: "2026-03-01T00:00:00Z")))
        let tally = summary.ranked.first?.value
        #expect(tally?.firstSeen == Timestamp("2026-03-01T00:00:00Z"))
        #expect(tally?.lastSeen == Timestamp("2026-03-09T00:00:00Z"))
    }

    @Test func `three samples are kept, the same ones in any order`() {
        var random = SeededGenerator(seed: 12)
        let requests = (0..<200)
            .map { Request.errored("req-\($0)", message: "x", requestID: $0 % 2 == 0 ? "r\($0)" : nil) }
        let samples = ErrorSummary(requests).ranked.first?.value.samples
        #expect(samples?.count == 3)
        for _ in 0..<5 {
            #expect(ErrorSummary(requests.shuffled(using: &random)).ranked.first?.value.samples == samples)
        }
        for sample in samples ?? [] {
            let number = Int(sample.customID.text.dropFirst(4)) ?? 0
            #expect(sample.requestID.text == (number % 2 == 0 ? "r\(number)" : ""))
        }
    }

    @Test func `a request seen twice is one sample`() {
        let summary = ErrorSummary([
            .errored("a", message: "x"), .errored("a", message: "x"), .errored("b", message: "x"),
        ])
        #expect(summary.ranked.first?.value.samples.map(\.customID.text).sorted() == ["a", "b"])
    }

    @Test func `any number of different messages stays bounded and is counted`() {
        let strange = (0..<3_000)
            .map { number in
                let word = String(number, radix: 17).map { String(UnicodeScalar(UInt8(($0.hexDigitValue ?? 16) + 97))) }
                    .joined()
                return Request.errored("s-\(number)", message: "strange \(word)")
            }
        let summary = ErrorSummary(strange)
        #expect(summary.fingerprints.rows.count == 512)
        #expect(summary.total.count == 3_000)
        #expect(summary.fingerprints.other.count == 3_000 - 512)
    }

    @Test func `an error without type and message is counted`() {
        var bare = Request.errored(message: "")
        (bare.errorType, bare.errorMessage) = (nil, nil)
        let summary = ErrorSummary([bare])
        #expect(summary.ranked.map(\.key.message) == [""])
        #expect(summary.ranked.first?.value.errorClass == .fixInput)
    }
}
