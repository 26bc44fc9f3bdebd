"""Every night: export what ended, check the archive, write the report, and tell what needs a person.

Put this file into the folder of DAGs of an Airflow 3 whose workers have batchkeep on the PATH and see the archive. Three Airflow
Variables, or environment variables of the workers, say where things are:

    AIRFLOW_VAR_BATCHKEEP_ARCHIVE=/srv/batches
    AIRFLOW_VAR_BATCHKEEP_KEY_FILE=/etc/batchkeep/key
    AIRFLOW_VAR_BATCHKEEP_SINCE=30d

The commands do the work, and their exit statuses decide: README lists them. No task passes results on; the archive has them.
"""

import json
import subprocess

import pendulum
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from airflow.sdk import Variable, dag, task

# What an exit status means for a task. Several can apply; the export tells all of them, and the first kind listed wins.
HOPELESS = {2, 5}  # wrong options, no key, a refused key: a person has to change something first
AGAIN = {1, 3, 11, 130, 143}  # another try goes on where this one stopped; 11: another run holds the archive
FOR_A_PERSON = {4, 7, 8}  # quarantined, lost or expiring, over a threshold: the archive is usable, tasks of their own tell
GOOD = {0}


def batchkeep(*arguments):
    """Runs a command; its notes go to the log of the task. Returns the exit status and the standard output."""
    process = subprocess.run(["batchkeep", *arguments], stdout=subprocess.PIPE, text=True, check=False)
    return process.returncode, process.stdout


def archive():
    return Variable.get("batchkeep_archive", default="/srv/batches")


def judge(statuses, what):
    """Fails the task, with or without another try, or does nothing."""
    if HOPELESS & statuses:
        raise AirflowFailException(f"{what} ended with {sorted(statuses)}: the log tells what to change.")
    if statuses - FOR_A_PERSON - GOOD:
        raise AirflowException(f"{what} ended with {sorted(statuses)}: tried again, it goes on where it was.")


@dag(
    schedule="17 3 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    # Two exports of one archive wait for each other anyway.
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
        # One line, also of a run that could not begin; nothing only where the program was killed.
        statuses = set(json.loads(output)["exit_statuses"]) if output else {status}
        # Kept also if this try fails, for the tasks behind it.
        ti.xcom_push("exit_statuses", sorted(statuses))
        judge(statuses, "The export")

    @task(trigger_rule="all_done")
    def verify():
        status, _ = batchkeep("verify", "--quick", "--archive", archive())
        if status == 4:
            raise AirflowFailException("The archive is damaged, the log names the files: batchkeep verify --repair.")
        judge({status}, "The check")

    @task(trigger_rule="all_done")
    def report():
        page = f"{archive()}/report.html"
        status, _ = batchkeep("report", "--since", "30d", "--html", page, "--archive", archive())
        judge({status}, "The report")
        status, figures = batchkeep("summarize", "--since", "7d", "--by", "day", "--format", "table", "--archive", archive())
        judge({status}, "The summary")
        print(figures)

    # Each red by itself says what happened; alerts of Airflow (on_failure_callback, e-mail) are set on these.

    @task(trigger_rule="all_done", retries=0)
    def retention(ti=None):
        if 7 in (ti.xcom_pull(task_ids="export", key="exit_statuses") or []):
            raise AirflowFailException("Results are lost, or will be in days: batchkeep status names the batches.")

    @task(trigger_rule="all_done", retries=0)
    def quarantine(ti=None):
        if 4 in (ti.xcom_pull(task_ids="export", key="exit_statuses") or []):
            raise AirflowFailException("Batches are quarantined: _quarantine/ in the archive has them, with the reasons.")

    # Airflow takes the state of a run from its last tasks, and those above also run after a failure. This one makes the
    # run fail if any task failed.

    @task(trigger_rule="one_failed", retries=0)
    def watcher():
        raise AirflowFailException("A task of this run failed.")

    exported = export()
    others = [verify(), retention(), quarantine(), report()]
    exported >> others
    [exported, *others] >> watcher()


batchkeep_nightly()
