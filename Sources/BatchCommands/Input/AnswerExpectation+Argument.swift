import ArgumentParser
import BatchAnalytics

extension AnswerExpectation: ExpressibleByArgument {}

extension ArgumentHelp {
    /// The help of `--expect` of commands that count or select usable answers.
    static let expect = ArgumentHelp(
        "Require that the text of a usable answer is one value of this kind, also in a code block.",
        valueName: "kind"
    )

    /// The help of `--fingerprint`; `action` is what the command does with an error.
    static func fingerprint(_ action: String) -> ArgumentHelp {
        ArgumentHelp(
            "\(action) of this fingerprint, of which 4 digits or more suffice; may be repeated.",
            valueName: "digits"
        )
    }
}
