import BatchCommands
import Foundation

let status = await BatchkeepProgram.run(Array(CommandLine.arguments.dropFirst()))
exit(status.rawValue)
