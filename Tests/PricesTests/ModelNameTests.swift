import Prices
import Testing

struct ModelNameTests {
    @Test(arguments: [
        "claude-opus-4-1-20250805", "anthropic.claude-opus-4-1-20250805-v1:0",
        "us.anthropic.claude-opus-4-1-20250805-v1:0",
        "global.anthropic.claude-opus-4-1-20250805-v1", "apac.anthropic.claude-opus-4-1-20250805",
        "anthropic.claude-opus-4-1-20250805-v1:0:200k", "claude-opus-4-1-20250805[1m]", "claude-opus-4-1@20250805",
        "claude-opus-4-1@20250805[1m]", "publishers/anthropic/models/claude-opus-4-1@20250805",
        "anthropic/claude-opus-4-1-20250805",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-1-20250805-v1:0",
    ])
    func `spellings of one model have one name`(spelling: String) {
        #expect(ModelName.normalized(spelling) == "claude-opus-4-1-20250805")
    }

    @Test(arguments: [
        ("claude-opus-4-8@default", "claude-opus-4-8"), ("claude-opus-4-8@latest", "claude-opus-4-8"),
        ("claude-opus-4-8", "claude-opus-4-8"), ("claude-opus-4-8@2025", "claude-opus-4-8@2025"),
        ("misanthropic.claude", "misanthropic.claude"), ("gpt-v", "gpt-v"), ("", ""), ("[1m]", ""), ("-v1", ""),
        ("v1", "v1"),
        ("anthropic.", "anthropic."), ("claude-haiku-5-5-v2:10", "claude-haiku-5-5"), ("modèle-v12", "modèle"),
        ("a:b:c-5k", "a:b:c-5k"),
    ])
    func `other names are returned unchanged`(spelling: String, name: String) {
        #expect(ModelName.normalized(spelling) == name)
    }
}
