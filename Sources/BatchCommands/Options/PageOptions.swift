import ArgumentParser
import Tables

/// The option for the pages of a listing.
struct PageOptions: ParsableArguments {
    @Option(
        name: .customLong("page-size"),
        help: ArgumentHelp("List up to this many batches per page (default: 1000).", valueName: "n")
    )
    var given: Int?

    /// The number of batches per page to begin with.
    var size: Int { given ?? 1_000 }

    /// Checks that the number is one that the API accepts.
    func check() throws(CommandFailure) {
        if let given { try BatchCommands.check(given, 1...1_000, "--page-size") }
    }

    /// The kind and the text of the message that the server limited pages to a size.
    ///
    /// It is a warning if the option asked for more.
    func limited(to size: Int) -> (kind: MessageKind, text: String) {
        let text = "the server limits pages of the listing to \(size.counted("batch", "batches"))"
        guard let given else { return (.note, "\(text), so the listing continued with smaller pages") }
        return (.warning, "--page-size: \(text), fewer than \(given)")
    }
}
