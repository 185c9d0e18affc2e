#!/usr/bin/env bash
# Has DataFusion, DuckDB and Spark make the sums of one question, and compares what comes of them with the rows.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$here/../.."
data="${1:-${APPORTION_SHARED:-$root/../shared}/data/england_2011_2018.csv}"
work="${APPORTION_ENGINES_DIR:-$here/target}"
mkdir -p "$work"

if ! command -v java >/dev/null; then
    echo 'installing Java from Debian'
    apt-get update -qq && apt-get install -y -qq --no-install-recommends default-jre-headless
fi
if [ ! -x "$work/python/bin/python" ]; then
    echo 'installing DuckDB, Spark and pandas from PyPI'
    python3 -m venv "$work/python"
    "$work/python/bin/pip" install --quiet duckdb pandas pyarrow pyspark
fi
cargo build --quiet --manifest-path "$root/Cargo.toml" --profile "${APPORTION_ENGINES_PROFILE:-release}" \
    --example moments --example decompose
cargo build --quiet --release --manifest-path "$here/datafusion/Cargo.toml"
profile="${APPORTION_ENGINES_PROFILE:-release}"
[ "$profile" = test ] && profile=debug
examples="${CARGO_TARGET_DIR:-$root/target}/$profile/examples"
datafusion="${CARGO_TARGET_DIR:-$here/datafusion/target}/release/apportion-datafusion"
"$work/python/bin/python" "$here/compare.py" "$data" "$examples" "$datafusion" "$work"
