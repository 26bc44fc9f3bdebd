"""Every night: export ended batches, check the archive, write the report, and alert if a person is needed.

Copy this file to the DAG folder of Airflow 3. The workers need batchkeep on the PATH and access to the archive. Set three
Airflow Variables, or environment variables of the workers:

    AIRFLOW_VAR_BATCHKEEP_ARCHIVE=/srv/batches
    AIRFLOW_VAR_BATCHKEEP_KEY_FILE=/etc/batchkeep/key
    AIRFLOW_VAR_BATCHKEEP_SINCE=30d

The exit statuses of the commands decide what a task does. The page ExitStatuses of the documentation lists
them. Tasks exchange no data but the archive.
"""

import json
import subprocess

import pendulum
from airflow.sdk import Variable, dag, task

try:
    from airflow.sdk.exceptions import AirflowException, AirflowFailException
except ImportError:
    # Airflow 3.0 and 3.1
    from airflow.exceptions import AirflowException, AirflowFailException

# The effect of an exit status on a task. The export reports all that apply. The first of these sets that matches decides.
HOPELESS = {2, 5}  # invalid options, no key, a rejected key: a person has to change something first
AGAIN = {1, 3, 11, 130, 143}  # another attempt resumes; 11: another run has locked the archive
FOR_A_PERSON = {4, 7, 8}  # quarantined, lost or expiring, over a threshold: other tasks report these
GOOD = {0}


def batchkeep(*arguments):
    """Runs a command and returns its exit status and standard output. Standard error goes to the log of the task."""
    process = subprocess.run(["batchkeep", *arguments], stdout=subprocess.PIPE, text=True, check=False)
    return process.returncode, process.stdout


def archive():
    return Variable.get("batchkeep_archive", default="/srv/batches")


def joined(statuses):
    return ", ".join(map(str, sorted(statuses)))


def judge(statuses, what):
    """Fails the task if the exit statuses require it, with or without another attempt."""
    if HOPELESS & statuses:
        raise AirflowFailException(f"{what} failed with exit status {joined(statuses)}: the log shows what to change.")
    if statuses - FOR_A_PERSON - GOOD:
        raise AirflowException(f"{what} failed with exit status {joined(statuses)}: the next attempt resumes it.")


@dag(
    schedule="17 3 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    # An archive has one export at a time.
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": pendulum.duration(minutes=20)},
)
def batchkeep_nightly():
    @task(execution_timeout=pendulum.duration(hours=8))
    def export(ti=None):
        status, output = batchkeep(
            "export",
            "--since", Variable.get("batchkeep_since", default="30d"),
            "--status", "ended",
            "--archive", archive(),
            "--key-file", Variable.get("batchkeep_key_file", default="/etc/batchkeep/key"),
            "--max-runtime", "7h",
            "--json",
        )  # fmt: skip
        # One line, even if the run could not start. Empty only if the program was killed.
        statuses = set(json.loads(output)["exit_statuses"]) if output else {status}
        # Available to later tasks even if this attempt fails.
        ti.xcom_push("exit_statuses", sorted(statuses))
        judge(statuses, "The export")

    @task(trigger_rule="all_done")
    def verify():
        status, _ = batchkeep("verify", "--quick", "--archive", archive())
        if status == 4:
            raise AirflowFailException("The archive is damaged. The log lists the files. To repair them: batchkeep verify --repair")
        judge({status}, "The check")

    @task(trigger_rule="all_done")
    def report():
        page = f"{archive()}/report.html"
        status, _ = batchkeep("report", "--since", "30d", "--html", page, "--archive", archive())
        judge({status}, "The report")
        status, figures = batchkeep("summarize", "--since", "7d", "--by", "day", "--format", "table", "--archive", archive())
        judge({status}, "The summary")
        print(figures)

    # Each of these tasks fails for one reason. Set the alerts of Airflow on them (on_failure_callback, email).

    @task(trigger_rule="all_done", retries=0)
    def retention(ti=None):
        if 7 in (ti.xcom_pull(task_ids="export", key="exit_statuses") or []):
            raise AirflowFailException("Results are lost or expiring. To list the batches: batchkeep status")

    @task(trigger_rule="all_done", retries=0)
    def quarantine(ti=None):
        if 4 in (ti.xcom_pull(task_ids="export", key="exit_statuses") or []):
            raise AirflowFailException("Batches are quarantined. For the reasons, see _quarantine/ in the archive.")

    # The state of a run in Airflow is that of its last tasks, and those above also run after a failure. This task fails
    # the run if any task failed.

    @task(trigger_rule="one_failed", retries=0)
    def watcher():
        raise AirflowFailException("A task of this run failed.")

    exported = export()
    others = [verify(), retention(), quarantine(), report()]
    exported >> others
    [exported, *others] >> watcher()


batchkeep_nightly()
