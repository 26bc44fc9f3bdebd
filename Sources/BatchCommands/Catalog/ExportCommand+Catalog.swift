import BatchCatalog
import BatchPipeline
import MessageBatches

// What the catalog advises before an export, and keeps of it.

extension ExportCommand {
    /// The selection with the window the catalog advises, told to the user.
    func planned(
        _ asked: ExportSelection,
        by catalog: Catalog,
        origin: String,
        now: Timestamp,
        _ watcher: any RunWatcher
    ) -> ExportSelection {
        var plan = WindowPlan(origin: origin, now: now)
        do {
            plan = try WindowPlan(catalog, origin: origin, now: now)
        } catch {
            watcher.warn(FailureText.withoutCatalog(error))
        }
        let selection = asked.resolved(by: plan, isFull: fullList)
        if !quiet {
            watcher.context.note("Exporting \(selection.sentence) to \(archive.path).")
            if let settled = selection.settled { watcher.context.note(FailureText.settledPast(settled.end)) }
        }
        if let warning = selection.warning(about: plan.unsettled) { watcher.warn(warning) }
        return selection
    }

    func ledger(in catalog: Catalog, origin: String, _ watcher: any RunWatcher) -> CatalogLedger {
        CatalogLedger(
            catalog,
            CatalogLedger.Options(
                origin: origin,
                // Whoever names a batch wants it now.
                ignoresPauses: retryAll || !window.batch.isEmpty,
                writes: !dryRun,
                now: watcher.context.now,
                warn: watcher.warn
            )
        )
    }
}

extension ExportSelection {
    /// What the run is about, for its first line.
    var sentence: String {
        guard let ids = filter.ids else { return "\(window.sentence)" }
        return ids.count == 1 ? "batch \(ids.first ?? "")" : "\(ids.count) batches"
    }
}
