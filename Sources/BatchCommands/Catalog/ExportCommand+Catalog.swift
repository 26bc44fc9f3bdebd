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
        _ observer: any RunObserver
    ) -> ExportSelection {
        var plan = WindowPlan(origin: origin, now: now)
        do {
            plan = try WindowPlan(catalog, origin: origin, now: now)
        } catch {
            observer.warn(FailureText.withoutCatalog(error))
        }
        let selection = asked.resolved(by: plan, isFull: fullList)
        if !quiet {
            observer.context.note("Exporting \(selection.sentence) to \(archive.path).")
            if let settled = selection.settled { observer.context.note(FailureText.settledPast(settled.end)) }
        }
        if let warning = selection.warning(about: plan.unsettled) { observer.warn(warning) }
        return selection
    }

    func ledger(in catalog: Catalog, origin: String, _ observer: any RunObserver) -> CatalogLedger {
        CatalogLedger(
            catalog,
            CatalogLedger.Options(
                origin: origin,
                // Whoever names a batch wants it now.
                ignoresPauses: retryAll || !window.batch.isEmpty,
                writes: !dryRun,
                now: observer.context.now,
                warn: observer.warn
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
