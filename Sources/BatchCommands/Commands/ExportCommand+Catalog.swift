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
        _ observer: any RunObserver
    ) -> ExportSelection {
        var plan = WindowPlan(now: now)
        do {
            plan = try WindowPlan(catalog, origin: origin, now: now)
        } catch {
            observer.warn(FailureText.withoutCatalog(error))
        }
        let selection = plan.resolve(asked, isFull: fullList)
        if !quiet {
            observer.context.note("Exporting \(selection.sentence) to \(archive.path).")
            if let completed = selection.completed {
                observer.context.note(FailureText.completed(before: completed.end))
            }
        }
        if let before = plan.batchesBefore(selection) {
            observer.warn(FailureText.unsettled(before.count, oldest: before.oldest))
        }
        return selection
    }

    func ledger(in catalog: Catalog, origin: String, _ observer: any RunObserver) -> CatalogLedger {
        CatalogLedger(
            catalog,
            CatalogLedger.Options(
                origin: origin,
                // A user who names a batch wants it now.
                ignoresPauses: retryAll || !window.batch.isEmpty,
                writes: !dryRun,
                now: observer.context.now,
                observe: { [observer] in observer.warn(FailureText.text(of: $0)) },
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
