"""Where things are, seen from the repository's root."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCAL_DIR = ROOT / ".local"
STACK_FILE = LOCAL_DIR / "stack.json"
BUILD_DIR = ROOT / ".aws-sam" / "build"
