import MessageBatches

/// A moment written as an offset from the start of the simulator: `now`, `now-26h`, `now-3d4h20m`, `now+22h`.
///
/// Samples use it for batches that are unfinished or recent, so that they do not go stale with the calendar.
enum RelativeTime {
    /// The moment meant, or nil where the text is no such offset.
    static func resolve(_ text: some StringProtocol, against start: Timestamp) -> Timestamp? {
        guard text.hasPrefix("now") else { return nil }
        let offset = text.dropFirst(3)
        guard let sign = offset.first else { return start }
        guard sign == "+" || sign == "-", let seconds = seconds(in: offset.dropFirst()) else { return nil }
        return start.adding(seconds: sign == "-" ? -seconds : seconds)
    }

    /// Reads `3d4h20m`: whole numbers with d, h, m or s, each unit at most once and in this order.
    private static func seconds(in text: some StringProtocol) -> Int64? {
        var units: ArraySlice<(letter: Character, seconds: Int64)> = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]
        var total: Int64 = 0
        var number: Int64?
        for character in text {
            if let digit = character.wholeNumberValue, character.isASCII {
                guard number ?? 0 < 1_000_000 else { return nil }
                number = (number ?? 0) * 10 + Int64(digit)
                continue
            }
            guard let count = number, let index = units.firstIndex(where: { $0.letter == character }) else {
                return nil
            }
            total += count * units[index].seconds
            units = units[(index + 1)...]
            number = nil
        }
        return text.isEmpty || number != nil ? nil : total
    }
}
