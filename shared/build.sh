#!/bin/sh
# Fills a layer or compiles a function; called by Makefile in this folder, which says why and how.
#
#   build.sh layer   ARTIFACTS_DIR REQUIREMENTS   run in (a copy of) shared/
#   build.sh compile DIR PATH_IN_LAMBDA
set -eu

HERE=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
VENV_BIN=$HERE/../.venv/bin

# Runtime, in step with Globals.Function of template.yaml (tests/template compares them).
LAMBDA_PYTHON=3.13
LAMBDA_PLATFORM=aarch64-manylinux_2_28

host_python() {
    # The Python that runs the emulator: that of .venv when there is one.
    if [ -n "${LAYER_PYTHON:-}" ]; then echo "$LAYER_PYTHON"
    elif [ -x "$VENV_BIN/python" ]; then echo "$VENV_BIN/python"
    else command -v python3
    fi
}

find_uv() {
    for candidate in "${UV:-uv}" "$VENV_BIN/uv"; do
        if command -v "$candidate" >/dev/null 2>&1; then command -v "$candidate"; return; fi
    done
    echo "uv is needed to build the layers: run \`make setup\`, or \`pip install uv\`" >&2
    return 1
}

is_target_python() {
    [ "$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$LAMBDA_PYTHON" ]
}

target_python() {
    # A Python of the target's own minor version: bytecode of another one is not taken. Prints nothing when there is
    # none; a shim that leads nowhere (pyenv) counts as none.
    if [ "$LAYER_TARGET" = local ]; then host_python; return; fi
    if is_target_python "python$LAMBDA_PYTHON"; then echo "python$LAMBDA_PYTHON"; return; fi
    if uv=$(find_uv 2>/dev/null); then
        # Also knows those that are installed but not on the path.
        "$uv" python find --no-project --no-python-downloads "$LAMBDA_PYTHON" 2>/dev/null || true
    fi
}

compile() {
    # Zip files are dated 1980, so bytecode that is checked by time is never taken and everything would be compiled
    # at each cold start; `unchecked-hash` is taken as it is.
    python=$(target_python)
    if [ -z "$python" ]; then
        # SAM swallows what a build says, so it is left in a file; `make build` shows it.
        echo "No Python $LAMBDA_PYTHON on this machine: the build is not compiled. It runs, and starts slower." \
            | tee "$1/NOT_COMPILED" >&2
        return
    fi
    "$python" -m compileall -q --invalidation-mode unchecked-hash -s "$1" -p "$2" "$1"
}

layer() (
    root=$1 requirements=$2 site=$1/python
    rm -rf "$site"
    mkdir -p "$root"
    if [ -z "${LAYER_CACHE:-}" ]; then
        install "$site" "$requirements"
    else
        # The emulator's driver builds after every change of a line; what others wrote changes once a month.
        key=$( (cat requirements*.txt "$HERE/build.sh"; echo "$LAYER_TARGET $requirements $SDK_SERVICES"
                "$(host_python)" -VV) | cksum | tr ' ' '-')
        if [ ! -d "$LAYER_CACHE/$key" ]; then
            mkdir -p "$LAYER_CACHE"
            install "$LAYER_CACHE/$key.$$" "$requirements"
            mv "$LAYER_CACHE/$key.$$" "$LAYER_CACHE/$key"
        fi
        cp -R "$LAYER_CACHE/$key" "$site"
    fi

    # The package, without the command line: nobody types in Lambda.
    cp -R fulfillment "$site/"
    rm -rf "$site/fulfillment/cli"
    find "$site/fulfillment" -depth -type d -name __pycache__ -exec rm -rf {} +
    compile "$site/fulfillment" /opt/python/fulfillment
)

install() (
    site=$1 requirements=$2
    mkdir -p "$site"
    if [ "$LAYER_TARGET" = local ]; then
        set -- --python "$(host_python)"
    elif [ "$LAYER_TARGET" = lambda ]; then
        set -- --python-platform "$LAMBDA_PLATFORM" --python-version "$LAMBDA_PYTHON"
    else
        echo "LAYER_TARGET must be lambda or local, not $LAYER_TARGET" >&2
        exit 2
    fi
    uv=$(find_uv)
    # --no-deps: the files name everything, so nothing slips in that no one pinned.
    "$uv" pip install --quiet "$@" --only-binary :all: --no-deps --no-compile-bytecode --link-mode copy \
        --target "$site" -r "$requirements"

    # Descriptions of services that are never called, examples, tests, and what only a compiler reads.
    for folder in "$site"/botocore/data/*/ "$site"/boto3/data/*/; do
        case " $SDK_SERVICES " in *" $(basename "$folder") "*) ;; *) rm -rf "$folder" ;; esac
    done
    rm -rf "$site"/bin "$site"/boto3/examples "$site"/.lock
    find "$site" -depth -type d \( -name tests -o -name __pycache__ \) -exec rm -rf {} +
    find "$site" -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.h' -o -name '*.c' \
        -o -name '*.a' -o -name 'examples-1.json' \) -exec rm -f {} +
    # Metadata stays (versions are asked for at run time); its list of files is of no use once files are gone.
    find "$site" -type f -path '*.dist-info/RECORD' -exec rm -f {} +
    compile "$site" /opt/python
)

command=$1
shift
"$command" "$@"
