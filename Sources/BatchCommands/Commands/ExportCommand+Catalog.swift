import BatchCatalog
import BatchPipeline
import MessageBatches

// What the catalog advises before an export and records about it.

extension ExportCommand {
    /// The selection with the window that the catalog advises, which is shown to the user.
    func planned(
        _ asked: ExportSelection,
        by catalog: Catalog,
        origin: String,
        now: Timestamp,
        _ watcher: any RunWatcher
    ) -> ExportSelection {
        var plan = WindowPlan(now: now)
        do {
            plan = try WindowPlan(catalog, origin: origin, now: now)
        } catch {
            watcher.warn(FailureText.withoutCatalog(error))
        }
        let selection = plan.resolve(asked, isFull: fullList)
        if !quiet {
            watcher.context.note("Exporting \(selection.sentence) to \(archive.path).")
            if let completed = selection.completed {
                watcher.context.note(FailureText.completed(before: completed.end))
            }
        }
        if let before = plan.batchesBefore(selection) {
            watcher.warn(FailureText.unsettled(before.count, oldest: before.oldest))
        }
        return selection
    }

    func ledger(in catalog: Catalog, origin: String, _ watcher: any RunWatcher) -> CatalogLedger {
        CatalogLedger(
            catalog,
            CatalogLedger.Options(
                origin: origin,
                // A user who names a batch wants it now.
                ignoresPauses: retryAll || !window.batch.isEmpty,
                writes: !dryRun,
                now: watcher.context.now,
                observe: { watcher.warn(FailureText.text(of: $0)) },
                describe: FailureText.recorded
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
