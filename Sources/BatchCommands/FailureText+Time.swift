/// A time, period or time zone in an option that cannot be used.
enum TimeFailure: Sendable, Hashable {
    case badPeriod(option: String, value: String)
    /// A time or period that is similar to the valid form `nearest`.
    case misspelled(option: String, value: String, nearest: String)
    /// A range such as `A..B` for an option that wants one moment.
    case rangeAsMoment(option: String, value: String)
    /// The system does not know the time zone; `nearest` is a similar name that it knows.
    case unknownZone(String, nearest: String?)
}

extension FailureText {
    init(_ failure: TimeFailure) {
        switch failure {
        case .badPeriod(let option, let value):
            self.init(
                "\(option): invalid period '\(value)'",
                advice: "use \(TimeExpression.periods), with the start before the end",
                status: .usage
            )
        case .misspelled(let option, let value, let nearest):
            self.init("\(option): invalid time '\(value)'", advice: Self.suggestion(nearest), status: .usage)
        case .rangeAsMoment(let option, let value):
            self.init(
                "\(option): invalid time '\(value)': must be one time, not a range",
                advice: option == "--until"
                    ? "use --during '\(value)' for both ends" : "use \(TimeExpression.forms)",
                status: .usage
            )
        case .unknownZone(let name, let nearest):
            self.init(
                "--timezone: time zone not found: '\(name)'",
                advice: nearest.map { Self.suggestion($0) }
                    ?? "use a name of the IANA database, such as Europe/Berlin or America/New_York",
                status: .usage
            )
        }
    }
}
