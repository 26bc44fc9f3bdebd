package import BatchPipeline
package import JSONLines
package import MessageBatches

/// Succeeded requests, tokens and costs by service tier and by region, as the API reports them.
package struct ServiceSummary: Summary {
    package static let name = "service"

    /// Succeeded requests by `service_tier`; the empty label means a missing or null value.
    package private(set) var tiers = BoundedTable<Label, UsageCell>(capacity: 64)
    /// Succeeded requests by `inference_geo`; the empty label means a missing or null value.
    package private(set) var geos = BoundedTable<Label, UsageCell>(capacity: 64)

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        var tierTallies = SliceTallies<UsageCell>()
        var geoTallies = SliceTallies<UsageCell>()
        for record in block.records where record.type == .succeeded {
            tierTallies.update(record.serviceTier, in: block.block.bytes) { $0.count(record) }
            geoTallies.update(record.inferenceGeo, in: block.block.bytes) { $0.count(record) }
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
        .sorted([("tiers", tiers.node(budget: 1_000)), ("geos", geos.node(budget: 1_000))])
    }
}
