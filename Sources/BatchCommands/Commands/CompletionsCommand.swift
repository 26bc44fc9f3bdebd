import ArgumentParser

/// `batchkeep completions`: prints the script that completes command lines in a shell.
struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print a script that completes commands, options, values and files in your shell.",
        discussion: """
            bash: write the script to ~/.local/share/bash-completion/completions/batchkeep. zsh: write it to _batchkeep in a \
            folder of $fpath. fish: write it to ~/.config/fish/completions/batchkeep.fish.

            Examples:
              batchkeep completions bash > batchkeep.bash
              batchkeep completions zsh > _batchkeep
              batchkeep completions fish > batchkeep.fish
            """
    )

    /// The shells for which there is a script.
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash
        case zsh
        case fish

        fileprivate var kind: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: ArgumentHelp("Name the shell.", valueName: "shell"))
    var shell: Shell

    func run() throws {
        // The script is for a program: every byte counts.
        try CommandContext.current.writeData(Array((Batchkeep.completionScript(for: shell.kind) + "\n").utf8))
    }
}
