extension FailureText {
    static let noAdminKey = FailureText(
        "Admin key not found: \(KeySource.adminVariable) is not set",
        advice: "set \(KeySource.adminVariable), or use --admin-key-file FILE; other keys cannot read reports",
        status: .usage
    )

    /// The advice for a refused report; nil if that for other requests applies.
    static func reportAdvice(status: Int, keyFrom place: String) -> String? {
        switch status {
        case 401, 403: "use an Admin key (sk-ant-admin…) of the organization; this one is from \(place)"
        case 404, 405, 410: "check --base-url: this server has no usage and cost reports"
        default: nil
        }
    }
}
