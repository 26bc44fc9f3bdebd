#!/usr/bin/env python3
"""Goes through pipelines/container/Containerfile without a container engine, and runs what comes out. Needs root and Debian.

    swift build -c release --product batchkeep -debug-info-format none
    debootstrap --variant=minbase bookworm base
    python3 Tests/Container/build_in_chroot.py --base base --built .build/release/batchkeep

Each stage is a copy of BASE, whatever image it stands on; each RUN is run in it by chroot, each COPY keeps to .dockerignore.
Only what calls Swift is left out, and BUILT put in its place: make it on a Debian that is no newer, with the command of the
Containerfile. At the end: what the program loads, how large everything is, and an export from a simulator, as the user the image
has, with the archive and /tmp as the only places it can write to. With --package, a Debian package as
pipelines/package/deb.sh builds it is then installed in another copy of BASE, used by a user without rights, and removed.
"""

import argparse
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

QUIET = ["DEBIAN_FRONTEND=noninteractive"]
PROJECT = pathlib.Path(__file__).resolve().parents[2]


def instructions(text):
    """The instructions with their arguments, lines that go on put together."""
    joined = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for line in joined.replace("\\\n", " ").splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name, " ".join(rest.split())


def allowed(path):
    """Whether .dockerignore lets a path into the build: all is left out but what a ! names."""
    rules = [line for line in (PROJECT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    return "*" in rules and any(rule == f"!{path.split('/')[0]}" for rule in rules)


class Stage:
    """One FROM and what stands under it."""

    def __init__(self, base, folder):
        self.root = folder
        self.directory, self.user, self.entry, self.command = "/", "0:0", [], []
        subprocess.run(["cp", "-a", "--reflink=auto", base, folder], check=True)
        shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")

    def run(self, command, environment=(), **options):
        """Runs a command in the stage as its user; options are those of subprocess.run."""
        root = shlex.quote(str(self.root))
        mounts = f"mount --make-rprivate / && mount -t proc proc {root}/proc && mount --rbind /dev {root}/dev"
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        inner = ["chroot", f"--userspec={self.user}", str(self.root), "env", "-i", f"PATH={path}", "HOME=/root"]
        inner += [*environment, "sh", "-c", f"cd {self.directory} && {command}"]
        outer = f"{mounts} && exec {shlex.join(inner)}"
        return subprocess.run(["unshare", "-m", "sh", "-c", outer], **{"check": True, **options})

    def place(self, path):
        return self.root / str(pathlib.PurePosixPath(self.directory) / path).lstrip("/")


def copy(source, target):
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        target = target / source.name if target.is_dir() else target
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def build(options, folder):
    """Makes all stages; the last one is the image."""
    stages, stage = {}, None
    for name, rest in instructions((PROJECT / "pipelines/container/Containerfile").read_text()):
        print(f"==> {name} {rest}", flush=True)
        words = rest.split()
        if name == "FROM":
            stage = Stage(options.base, folder / f"stage-{len(stages)}")
            if "/swift:" in words[0]:
                # The image with Swift has it.
                stage.run("apt-get -q update && apt-get -q -y install --no-install-recommends binutils", QUIET)
            stages[words[2] if "AS" in words else "image"] = stage
        elif name == "RUN" and words[0] == "swift":
            print("    left out")
            copy(options.built, stage.place(".build/release/batchkeep"))
        elif name == "RUN":
            stage.run(rest, QUIET)
        elif name == "COPY" and words[0].startswith("--from="):
            copy(stages[words[0].removeprefix("--from=")].place(words[1]), stage.place(words[2]))
        elif name == "COPY":
            assert allowed(words[0]), f".dockerignore leaves {words[0]} out"
            copy(PROJECT / words[0], stage.place(words[1]))
        elif name == "WORKDIR":
            stage.directory = rest
            stage.place(".").mkdir(parents=True, exist_ok=True)
        elif name == "USER":
            stage.user = rest
        elif name in ("ENTRYPOINT", "CMD"):
            setattr(stage, "entry" if name == "ENTRYPOINT" else "command", json.loads(rest))
        else:
            assert name == "VOLUME", f"unknown instruction {name}"
    return stages["image"]


def size(folder):
    """In MiB."""
    told = subprocess.run(["du", "-sxk", folder], check=True, capture_output=True, text=True).stdout
    return int(told.split()[0]) / 1024


def try_out(image, base):
    """Runs the image: its help, and an export from its own simulator."""
    entry = shlex.join(image.entry)
    program = (image.root / "usr/local/bin/batchkeep").stat().st_size / 2**20
    print(f"\nimage {size(image.root):.1f} MiB on a base of {size(base):.1f} MiB, program {program:.1f} MiB", flush=True)
    image.run("ldd /usr/local/bin/batchkeep")
    image.run(f"{entry} {shlex.join(image.command)} >/dev/null")
    (image.root / "tmp/url").unlink(missing_ok=True)
    # The key, as podman's --secret with uid and mode makes it.
    key = image.root / "run/secrets/batchkeep-key"
    key.parent.mkdir(parents=True, exist_ok=True)
    key.write_text("any\n")
    os.chown(key, 10001, 10001)
    key.chmod(0o400)
    # Everything in one shell, so that the simulator ends with it; the image itself is read-only, like in Kubernetes.
    script = f"""
        set -eu
        mkfifo /tmp/url
        {entry} simulate --generate 1000 --batches 3 >/tmp/url & simulator=$!
        trap 'kill $simulator' EXIT
        read -r url </tmp/url
        export ANTHROPIC_BASE_URL=$url
        {entry} export --since 60d --key-file /run/secrets/batchkeep-key
        {entry} verify --full --archive /archive | tail -n 1
        id -u; ls -ld /archive
        if touch /usr/local/bin/x 2>/dev/null; then echo 'the image can be written to'; exit 1; fi
        zcat /archive/raw/*/*.gz | wc -l
    """
    image.run(script)


def try_package(base, folder, package):
    """Installs a package, exports with it as an ordinary user, and removes it. The archive of the service stays."""
    stage = Stage(base, folder)
    copy(package, stage.place("/tmp/batchkeep.deb"))
    stage.run("apt-get -q update && apt-get -q -y install --no-install-recommends /tmp/batchkeep.deb", QUIET)
    stage.run("getent passwd batchkeep && stat -c '%U %G %a' /var/lib/batchkeep && touch /var/lib/batchkeep/kept")
    stage.run("test -f /usr/lib/systemd/system/batchkeep.timer && test -f /etc/batchkeep/nightly.yaml")
    stage.run("bash -n /usr/share/bash-completion/completions/batchkeep")
    stage.user = "12345:12345"
    stage.run(
        """
        set -eu
        cd "$(mktemp -d)"
        batchkeep licenses >notices && zcat /usr/share/doc/batchkeep/notices.txt.gz | cmp - notices
        batchkeep run --check /etc/batchkeep/nightly.yaml
        mkfifo url
        batchkeep simulate --generate 1000 --batches 3 >url & simulator=$!
        trap 'kill $simulator' EXIT
        read -r url <url
        ANTHROPIC_BASE_URL=$url ANTHROPIC_API_KEY=any batchkeep export --since 60d
        batchkeep verify --full | tail -n 1
        """
    )
    stage.user = "0:0"
    stage.run("apt-get -q -y purge batchkeep && test ! -e /usr/bin/batchkeep && test ! -e /etc/batchkeep/nightly.yaml", QUIET)
    stage.run("test -e /var/lib/batchkeep/kept")
    print("package installed, used and removed", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", type=pathlib.Path, required=True, help="a Debian made by debootstrap")
    parser.add_argument("--built", type=pathlib.Path, required=True, help="the static build")
    parser.add_argument("--package", type=pathlib.Path, help="a Debian package to try out as well")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("This mounts and changes its root: run it as root.")
    with tempfile.TemporaryDirectory() as folder:
        image = build(options, pathlib.Path(folder))
        try_out(image, options.base)
        if options.package:
            try_package(options.base, pathlib.Path(folder) / "package", options.package)


main()
