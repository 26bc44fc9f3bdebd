/// A predefined query that users run by its name.
package struct NamedQuery: Sendable {
    package let name: String
    package let meaning: String
    package let sql: String

    private init(_ name: String, _ meaning: String, _ sql: String) {
        self.name = name
        self.meaning = meaning
        self.sql = sql
    }

    /// All named queries.
    package static let all: [NamedQuery] = [
        NamedQuery(
            "top-errors",
            "the most frequent errors",
            """
            SELECT error_type, error_class, error_message, count(*) AS requests FROM errors
            GROUP BY 1, 2, 3 ORDER BY requests DESC LIMIT 20
            """
        ),
        NamedQuery(
            "cost-by-day",
            "requests and cost by day and model",
            """
            SELECT substr(batch_created_at, 1, 10) AS date, model, count(*) AS requests, sum(picodollars) / 1e12 AS cost_usd,
                count(*) - count(picodollars) AS unpriced_requests
            FROM results WHERE result_type = 'succeeded' GROUP BY 1, 2 ORDER BY 1, 2
            """
        ),
        NamedQuery(
            "unusable",
            "succeeded requests without a usable answer, by model and stop reason",
            """
            SELECT model, stop_reason, count(*) AS requests, sum(picodollars) / 1e12 AS cost_usd,
                count(*) - count(picodollars) AS unpriced_requests
            FROM results WHERE result_type = 'succeeded' AND NOT usable GROUP BY 1, 2 ORDER BY requests DESC
            """
        ),
        NamedQuery(
            "largest-answers",
            "the longest answers",
            """
            SELECT batch_id, custom_id, model, output_tokens, cost_usd FROM results ORDER BY output_tokens DESC LIMIT 20
            """
        ),
        NamedQuery(
            "batches",
            "every batch with its outcome",
            "SELECT date, batch_id, succeeded, errored, canceled, expired, raw_bytes FROM batches ORDER BY created_at"
        ),
        NamedQuery(
            "last-runs",
            "the last runs and how they ended",
            """
            SELECT number, command, started_at, finished_at, exit_status, counts, error FROM runs
            ORDER BY number DESC LIMIT 20
            """
        ),
    ]
}
