/// A pricing key within a group, such as a prefix or a stop reason.
package struct GroupedUsageKey: Sendable, BoundedKey {
    package let group: Label
    package let usage: UsageKey
    package let stableHash: UInt64

    package init(group: Label, usage: UsageKey) {
        self.group = group
        self.usage = usage
        var hash = StableHash()
        hash.combine(group.stableHash)
        hash.combine(usage.stableHash)
        stableHash = hash.value
    }

    package static func < (left: GroupedUsageKey, right: GroupedUsageKey) -> Bool {
        left.group != right.group ? left.group < right.group : left.usage < right.usage
    }
}

extension GroupedUsageKey: StoredKey {
    static var nameCount: Int { 1 + UsageKey.nameCount }
    static var codeCount: Int { UsageKey.codeCount }

    var names: [Label] { [group] + usage.names }
    var codes: [Int] { usage.codes }

    init?(_ row: StoredRow, from place: Int) {
        guard let usage = UsageKey(row, from: place + 1) else { return nil }
        self.init(group: row.name(place), usage: usage)
    }
}
