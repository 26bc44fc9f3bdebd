"""Holds Kubernetes manifests to the schemas of Kubernetes, strictly, and prints all documents as one JSON array."""

import json
import sys

import kubernetes_validate
import yaml

documents = []
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        documents += list(yaml.safe_load_all(file))
for document in documents:
    # Strict: a field the schema does not know is an error, as it would be ignored in a cluster.
    kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)
print(json.dumps(documents))
