/// A number of bytes as the user writes it: `300MB`, `64KiB`, `1000000`.
enum ByteSize {
    /// The forms for help and error texts.
    static let forms = "a size such as 300MB, 2GB, 512MiB or a number of bytes"

    private static let units: [(String, Int)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("kB", 1_000), ("KB", 1_000), ("MB", 1_000_000),
        ("GB", 1_000_000_000), ("B", 1),
    ]

    /// The bytes a text means; nil if it is none of the forms.
    static func bytes(_ text: String) -> Int? {
        let unit = units.first { text.hasSuffix($0.0) }
        let digits = text.dropLast(unit?.0.count ?? 0)
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let count = Int(digits) else {
            return nil
        }
        let (bytes, overflows) = count.multipliedReportingOverflow(by: unit?.1 ?? 1)
        return overflows ? nil : bytes
    }
}
