extension FaultEffect {
    /// The rate limit of the API: 429, with the given headers about when to come back.
    package static func rateLimited(_ headers: HeaderField...) -> FaultEffect {
        .answer(status: 429, headers: headers)
    }

    /// The monthly spend limit: a 429 without `retry-after` that lasts until the first of the next month.
    package static let spendLimitReached = FaultEffect.answer(
        status: 429,
        headers: [HeaderField("content-type", "application/json")],
        body: """
            {"type":"error","error":{"type":"rate_limit_error","message":"You have reached your enforced spend limit.",\
            "details":{"error_code":"enforced_spend_limit_reached"}},"request_id":null}
            """
    )

    /// What a gateway in front of the API answers when it cannot reach it: 502 with a page for people.
    package static let badGateway = FaultEffect.answer(
        status: 502,
        headers: [HeaderField("content-type", "text/html; charset=utf-8")],
        body: "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n"
    )
}
