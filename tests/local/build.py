"""`sam build` for this machine, done again only when something that goes into it has changed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.local.paths import LOCAL_DIR, ROOT

BUILDS_DIR = LOCAL_DIR / "builds"
KEPT_BUILDS = 3  # one may be in use by another emulator while the next is made
SOURCES = ("template.yaml", "functions", "shared")
# Neither goes into a layer or a function.
IGNORED = {"__pycache__", "cli", "fulfillment_router.egg-info"}


class BuildFailed(Exception):
    """`sam build` did not succeed; the message is what it said."""


def build(root: Path = ROOT, builds_dir: Path = BUILDS_DIR) -> Path:
    """Builds template, functions and layers with LAYER_TARGET=local and zips them. Returns the built template.

    The zips lie beside their folders. They are stored, not deflated: one machine writes and reads them.
    """
    builds_dir.mkdir(parents=True, exist_ok=True)
    with (builds_dir / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another terminal may be building the same
        done = builds_dir / fingerprint(root)[:16]
        if not done.exists():
            making = builds_dir / "making"
            run_sam_build(root, making, {"LAYER_TARGET": "local", "LAYER_CACHE": str(LOCAL_DIR / "layers")})
            for folder in sorted(path for path in making.iterdir() if path.is_dir()):
                zip_folder(folder, folder.with_suffix(".zip"))
            making.rename(done)
            _forget_old(builds_dir)
        done.touch()
    return done / "template.yaml"


def _forget_old(builds_dir: Path) -> None:
    builds = sorted((p for p in builds_dir.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)
    for old in builds[:-KEPT_BUILDS]:
        shutil.rmtree(old, ignore_errors=True)


def run_sam_build(root: Path, build_dir: Path, environment: dict[str, str]) -> str:
    """Runs `sam build` as a user would, with these variables added. Returns what it said; raises BuildFailed."""
    shutil.rmtree(build_dir, ignore_errors=True)
    done = subprocess.run(
        [str(Path(sys.executable).parent / "sam"), "build", "--build-dir", str(build_dir)],
        cwd=root,
        env=os.environ | {"SAM_CLI_TELEMETRY": "0", "LAYER_PYTHON": sys.executable} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BuildFailed(done.stdout)
    return done.stdout


def fingerprint(root: Path) -> str:
    """Changes with every byte that goes into the build, and with the Python it is for."""
    digest = hashlib.sha256(sys.version.encode())
    for source in SOURCES:
        start = root / source
        files = [start] if start.is_file() else sorted(path for path in start.rglob("*") if path.is_file())
        for path in files:
            relative = path.relative_to(root)
            if IGNORED.isdisjoint(relative.parts):
                digest.update(f"{relative}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def zip_folder(folder: Path, target: Path) -> None:
    """Like SAM's own package step, bytecode included; dates are 1980, as there."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(str(path.relative_to(folder)))
                entry.external_attr = path.stat().st_mode << 16
                archive.writestr(entry, path.read_bytes())
