import BatchPipeline
import Testing

struct ErrorClassifierTests {
    @Test(arguments: ["api_error", "overloaded_error", "timeout_error", "rate_limit_error", "conflict_error"])
    func `errors of the service or its load are retryable`(type: String) {
        #expect(ErrorClassifier.errorClass(type: type, message: "Overloaded") == .retry)
        #expect(ErrorClassifier.errorClass(type: type.uppercased(), message: "") == .retry)
    }

    @Test(arguments: ["authentication_error", "billing_error", "permission_error"])
    func `errors of the account need a change of the account`(type: String) {
        #expect(ErrorClassifier.errorClass(type: type, message: "anything") == .fixAccount)
    }

    @Test(arguments: [
        "messages: roles must alternate between \"user\" and \"assistant\", but found multiple \"user\" roles in a row",
        "prompt is too long: 210000 tokens > 200000 maximum",
        "Output blocked by content filtering policy",
        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_01A",
        "max_tokens: 99999 > 8192, which is the maximum allowed number of output tokens for claude-3-5-haiku",
        "tools.0.custom.name: 'billing_export' is not a valid name",
        "tools.1.custom.input_schema: payment: Input should be a valid dictionary",
        "model: expenditure-limit", "thinking.budget_tokens: Input should be at most the limit", "",
    ])
    func `an invalid request needs a change of the request`(message: String) {
        #expect(ErrorClassifier.errorClass(type: "invalid_request_error", message: message) == .fixInput)
    }

    @Test(arguments: [
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade.",
        "You have reached your specified API usage limits. You will regain access on 2025-02-01 at 00:00 UTC.",
        "YOU HAVE REACHED YOUR SPECIFIED API USAGE LIMITS.",
        "This request would exceed the workspace's monthly spend limit.",
        "organization_on_hold: see support",
        "This organization has been disabled.",
        "Your organization does not have access to this model.",
        "You don’t have permission to use this beta.",
    ])
    func `low credit, limits and permissions are recognized in a request error`(message: String) {
        #expect(ErrorClassifier.errorClass(type: "invalid_request_error", message: message) == .fixAccount)
        #expect(ErrorClassifier.errorClass(type: "not_found_error", message: message) == .fixAccount)
    }

    @Test func `a spend limit is not retryable although its type is a rate limit`() {
        let cap = "enforced_spend_limit_reached: this organization has reached its monthly spend limit"
        #expect(ErrorClassifier.errorClass(type: "rate_limit_error", message: cap) == .fixAccount)
        let pace = "This request would exceed your organization's rate limit of 50,000 input tokens per minute."
        #expect(ErrorClassifier.errorClass(type: "rate_limit_error", message: pace) == .retry)
        let ramp = "ramp_limit_exceeded: maximum usage increase rate for input tokens per minute"
        #expect(ErrorClassifier.errorClass(type: "rate_limit_error", message: ramp) == .retry)
    }

    @Test func `a server error remains one even if its message mentions permissions`() {
        let message = "Internal error while checking whether you have permission"
        #expect(ErrorClassifier.errorClass(type: "api_error", message: message) == .retry)
    }

    @Test(arguments: [
        ("upstream_timeout", ErrorClass.retry), ("service_unavailable_error", .retry),
        ("internal_server_error", .retry),
        ("workspace_spend_error", .fixAccount), ("unauthorized", .fixAccount), ("quota_exceeded", .fixAccount),
        ("memory_path_conflict_error", .fixInput), ("never_heard_of", .fixInput), ("", .fixInput),
    ])
    func `an unknown type is classified by the words in its name`(type: String, expected: ErrorClass) {
        #expect(ErrorClassifier.errorClass(type: type, message: "") == expected)
    }

    @Test func `an unknown type with a known message is classified by the message`() {
        #expect(ErrorClassifier.errorClass(type: "", message: "Your credit balance is too low") == .fixAccount)
    }

    @Test func `phrases match at the start of a word and near the start of a message`() {
        #expect(ErrorClassifier.errorClass(type: "invalid_request_error", message: "suspend limit") == .fixInput)
        #expect(ErrorClassifier.errorClass(type: "invalid_request_error", message: "(spend limit)") == .fixAccount)
        let late = String(repeating: "a ", count: 2_000) + "credit balance"
        #expect(ErrorClassifier.errorClass(type: "invalid_request_error", message: late) == .fixInput)
    }

    @Test func `a phrase cut by the end of the message does not match`() {
        #expect(ErrorClassifier.errorClass(type: "invalid_request_error", message: "credit balanc") == .fixInput)
        #expect(ErrorClassifier.errorClass(type: "invalid_request_error", message: "credit balance") == .fixAccount)
    }
}
