"""Runs the DAG of pipelines/airflow once with the real Airflow and prints the states of the run and of each task as one line of JSON.

    airflow_dag.py FOLDER_OF_DAGS

AIRFLOW_HOME is a new folder. Tries are not repeated: a test has no twenty minutes.
"""

import contextlib
import json
import os
import sys

folder = sys.argv[1]
os.environ |= {
    "AIRFLOW__CORE__DAGS_FOLDER": folder,
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
}

# Airflow logs to standard output; that is for the answer here.
with contextlib.redirect_stdout(sys.stderr):
    from airflow.dag_processing.dagbag import DagBag
    from airflow.utils.db import initdb

    initdb()
    bag = DagBag(folder)
    assert not bag.import_errors, bag.import_errors
    dag = bag.dags["batchkeep_nightly"]
    for task in dag.tasks:
        task.retries = 0
    run = dag.test()
    tasks = {instance.task_id: str(instance.state) for instance in run.get_task_instances()}
    states = {"run": str(run.state), "tasks": tasks}

print(json.dumps(states))
