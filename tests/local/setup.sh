#!/bin/sh
# The environment in .venv: made once, brought up to date when pyproject.toml or the Python changes. `make` calls it.
set -eu

python=${1:-python3}
stamp=.venv/.made-from

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Python 3.11 or later is needed; \`$python\` is not. Name one: make PYTHON=python3.12 ..." >&2
    exit 1
fi
wanted="$("$python" -VV | tr '\n' ' ') $(cksum < pyproject.toml)"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi

echo "Setting up .venv (once; again when pyproject.toml or Python changes) ..."
if [ "$(.venv/bin/python -VV 2>/dev/null || true)" != "$("$python" -VV)" ]; then
    rm -rf .venv
fi
if [ ! -x .venv/bin/pip ]; then
    if ! "$python" -m venv .venv; then
        echo "\`$python -m venv\` does not work here; on Debian: apt-get install python3-venv" >&2
        exit 1
    fi
fi
[ -x .venv/bin/uv ] || .venv/bin/pip install --quiet uv
.venv/bin/uv pip install --quiet --python .venv/bin/python -e '.[dev]'
echo "$wanted" > "$stamp"
echo "Set up: $(.venv/bin/python -V) in .venv"
