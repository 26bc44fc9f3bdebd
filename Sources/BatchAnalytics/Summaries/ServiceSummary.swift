package import BatchPipeline
package import JSONLines
package import MessageBatches

/// Succeeded requests by service tier and by region, as the API reports them.
package struct ServiceSummary: Summary {
    package static let name = "service"

    /// Succeeded requests by `service_tier`; the empty label means a missing or null value.
    package private(set) var tiers = BoundedTable<Label, Tally>(capacity: 64)
    /// Succeeded requests by `inference_geo`; the empty label means a missing or null value.
    package private(set) var geos = BoundedTable<Label, Tally>(capacity: 64)

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        var tierTallies = SliceTallies<Tally>()
        var geoTallies = SliceTallies<Tally>()
        for record in block.records where record.type == .succeeded {
            tierTallies.update(record.serviceTier, in: block.block.bytes) { $0.count += 1 }
            geoTallies.update(record.inferenceGeo, in: block.block.bytes) { $0.count += 1 }
        }
        tierTallies.add(to: &tiers, of: block)
        geoTallies.add(to: &geos, of: block)
    }

    package mutating func merge(_ other: ServiceSummary) {
        tiers.merge(other.tiers)
        geos.merge(other.geos)
    }
}

extension ServiceSummary {
    private enum Key: String, CaseIterable {
        case tiers, geos
    }

    private static let keys = JSONKeys<Key>()

    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        try json.requiredMembers(Self.keys) { key, json throws(JSONSyntaxError) in
            switch key {
            case .tiers:
                tiers = try BoundedTable(from: &json, capacity: tiers.capacity)
            case .geos:
                geos = try BoundedTable(from: &json, capacity: geos.capacity)
            }
        }
    }

    package var node: JSONNode {
        .sorted([("tiers", tiers.node(budget: 400)), ("geos", geos.node(budget: 400))])
    }
}
