import BatchCatalog
import MessageBatches

extension CatalogRun {
    /// A run of the command in a context, as the catalog records it at the start.
    init(in context: CommandContext, startedAt: Timestamp) {
        self.init(
            command: context.commandName,
            arguments: context.arguments,
            version: BatchkeepVersion.current,
            startedAt: startedAt
        )
    }
}
