import Foundation
import Testing

@testable import BatchReports

/// Color-blind readers can also distinguish the colors of the charts.
@Suite struct PaletteTests {
    /// The colors that occur together in one chart.
    private static let charts = [
        Palette.kinds + [Palette.rest, Palette.failed],
        [
            Palette.succeeded, Palette.succeededSecond, Palette.failed, Palette.expired, Palette.canceled, Palette.rest,
        ],
    ]

    /// How red, green and blue appear: with normal vision, protanopia, deuteranopia, tritanopia (Machado, Oliveira, Fernandes 2009).
    private static let visions: [[[Double]]] = [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ]

    @Test(arguments: ["light", "dark"])
    func `colors of one chart differ for every reader`(scheme: String) throws {
        let colors = try colors(scheme)
        for kinds in Self.charts {
            for (index, kind) in kinds.enumerated() {
                for other in kinds.dropFirst(index + 1) {
                    let (left, right) = (try #require(colors[kind]), try #require(colors[other]))
                    for vision in Self.visions {
                        let distance = zip(lab(left, vision), lab(right, vision)).reduce(0) { $0 + pow($1.0 - $1.1, 2) }
                        #expect(distance.squareRoot() >= 0.1, "\(scheme): \(kind) and \(other)")
                    }
                }
            }
        }
    }

    @Test(arguments: ["light", "dark"])
    func `every color has a contrast of 3 to the background`(scheme: String) throws {
        let colors = try colors(scheme)
        let surface = luminance(try #require(colors["surface"]))
        for (kind, color) in colors where kind.wholeMatch(of: /[sf]\d|rest/) != nil {
            let pair = [luminance(color), surface].sorted()
            #expect((pair[1] + 0.05) / (pair[0] + 0.05) >= 3, "\(scheme): \(kind)")
        }
    }

    /// Linear red, green and blue of the variables of a color scheme, which the style sheet defines in this order.
    private func colors(_ scheme: String) throws -> [String: [Double]] {
        var found: [String: [[Double]]] = [:]
        for match in StyleSheet.text.matches(of: /--([a-z0-9]+): #([0-9a-f]{6})/) {
            let hex = try #require(Int(match.2, radix: 16))
            let linear = [16, 8, 0]
                .map { shift -> Double in
                    let value = Double(hex >> shift & 0xFF) / 255
                    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
                }
            found[String(match.1), default: []].append(linear)
        }
        #expect(found["s0"]?.count == 2)
        return found.compactMapValues { scheme == "light" ? $0.first : $0.dropFirst().first }
    }

    private func luminance(_ color: [Double]) -> Double {
        0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2]
    }

    /// The color in OKLab (https://bottosson.github.io/posts/oklab/), as it appears.
    private func lab(_ color: [Double], _ vision: [[Double]]) -> [Double] {
        func product(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
            matrix.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
        }
        let seen = product(vision, color).map { min(1, max(0, $0)) }
        let cones = product(
            [
                [0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ],
            seen
        )
        return product(
            [
                [0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ],
            cones.map { cbrt(max(0, $0)) }
        )
    }
}
