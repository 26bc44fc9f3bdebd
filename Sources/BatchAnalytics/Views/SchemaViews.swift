import BatchPipeline

extension ArchiveView {
    /// `views/schema/results.schema.json`: the JSON Schema of a flat row.
    static let jsonSchema: ArchiveView = {
        let properties = FlatSchema.columns.map { column in
            let type =
                switch column.kind {
                case .text: "\"string\""
                case .integer: "\"integer\""
                case .money: "\"number\""
                case .boolean: "\"boolean\""
                case .timestamp: "\"string\""
                }
            let types = column.isNullable ? "[\(type), \"null\"]" : type
            let detail =
                switch column.kind {
                case .integer, .money: ", \"minimum\": 0"
                case .timestamp: ", \"format\": \"date-time\""
                case .text, .boolean: ""
                }
            return "    \"\(column.name)\": {\"type\": \(types)\(detail), \"description\": \"\(column.meaning)\"}"
        }
        let names = FlatSchema.columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
        return ArchiveView(
            name: "schema/results.schema.json",
            text: """
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "title": "A row of results/ (flat schema \(FlatSchema.version))",
                  "type": "object",
                  "additionalProperties": false,
                  "required": [\(names)],
                  "properties": {
                \(properties.joined(separator: ",\n"))
                  }
                }

                """
        )
    }()

    /// `views/datapackage.json`: the flat table as a Frictionless data package.
    static let dataPackage: ArchiveView = {
        let fields = FlatSchema.columns.map { column in
            let type =
                switch column.kind {
                case .text: "string"
                case .integer: "integer"
                case .money: "number"
                case .boolean: "boolean"
                case .timestamp: "datetime"
                }
            let format = column.kind == .timestamp ? ", \"format\": \"any\"" : ""
            let required = column.isNullable ? "" : ", \"constraints\": {\"required\": true}"
            return "        {\"name\": \"\(column.name)\", \"type\": \"\(type)\"\(format), "
                + "\"description\": \"\(column.meaning)\"\(required)}"
        }
        return ArchiveView(
            name: "datapackage.json",
            text: """
                {
                  "profile": "data-package",
                  "name": "message-batches",
                  "resources": [
                    {
                      "name": "results",
                      "description": "One file per batch. If a tool does not support path patterns, use the path of one file.",
                      "path": "../results/*/*.ndjson.gz",
                      "format": "ndjson",
                      "compression": "gz",
                      "encoding": "utf-8",
                      "schema": {
                        "primaryKey": ["batch_id", "line_number"],
                        "fields": [
                \(fields.joined(separator: ",\n"))
                        ]
                      }
                    }
                  ]
                }

                """
        )
    }()
}
