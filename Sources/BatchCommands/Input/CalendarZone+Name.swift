import Foundation
import MessageBatches

extension CalendarZone {
    /// Returns the zone with a name of the IANA database, for example `Europe/Berlin`, or with a fixed offset: `GMT+2`.
    ///
    /// - Throws: ``CommandFailure/time(_:)`` if the system does not know the name.
    static func named(_ name: String) throws(CommandFailure) -> CalendarZone {
        if name.uppercased() == utc.name { return utc }
        guard let zone = TimeZone(identifier: name) else {
            throw .time(.unknownZone(name, nearest: nearest(to: name)))
        }
        return CalendarZone(name: name) { seconds in
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
        }
    }

    /// The known name that the user probably meant: the same city, or a similar name.
    private static func nearest(to name: String) -> String? {
        let names = TimeZone.knownTimeZoneIdentifiers
        let wanted = name.lowercased().replacing(" ", with: "_")
        return names.first { $0.lowercased() == wanted || $0.lowercased().hasSuffix("/\(wanted)") }
            ?? NearestName.of(name, in: names)
    }
}
