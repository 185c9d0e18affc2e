#!/usr/bin/env bash
# Has DataFusion, DuckDB and Spark make the sums of one question, and compares what comes of them with the rows.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
work="${APPORTION_ENGINES_DIR:-$here/target}"
# `test` takes the examples as `cargo test` builds them, and builds DataFusion in half the time.
profile="${APPORTION_ENGINES_PROFILE:-release}"
folder="$profile"
[ "$profile" = test ] && folder=debug
mkdir -p "$work"

install() {
    echo "installing $* from Debian"
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
command -v java >/dev/null || install default-jre-headless
python3 -c 'import ensurepip' 2>/dev/null || install python3-venv
[ -x "$work/python/bin/python" ] || echo 'installing DuckDB and Spark from PyPI'
python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet --requirement "$here/requirements.txt"

echo 'building the examples, and DataFusion'
cargo build --quiet --manifest-path "$root/Cargo.toml" --profile "$profile" --example moments --example decompose
cargo build --quiet --manifest-path "$here/datafusion/Cargo.toml" --profile "$profile"
examples="${CARGO_TARGET_DIR:-$root/target}/$folder/examples"
datafusion="${CARGO_TARGET_DIR:-$here/datafusion/target}/$folder/apportion-datafusion"
"$work/python/bin/python" "$here/compare.py" "$examples" "$datafusion" "$work" "$@"
