import BatchCommands
import Foundation

// Before the first task: the system opens files of its own for tasks, which would become the streams that are closed.
BatchkeepProgram.prepareProcess()
Task {
    exit(await BatchkeepProgram.run(Array(CommandLine.arguments.dropFirst())).rawValue)
}
dispatchMain()
