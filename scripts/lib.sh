# Sourced by the scripts beside it: where the repository is, and builds that happen only when a source has changed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
configuration=Release
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# No build node outlives a script; the compiler's own server ends by itself.
export DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1

die() { echo "$(basename "$0"): $*" >&2; exit 1; }

# The path of a program's assembly: program FOLDER NAME.
program() { echo "$here/$1/bin/$configuration/net10.0/$2.dll"; }

# What a build depends on: every source by path, size and time. A deleted file changes it too.
sources() {
    cd "$here" && find src tests protos Directory.Build.props Directory.Packages.props global.json Hierarchy.sln .editorconfig scripts/*.slnf \
        \( -name bin -o -name obj -o -name TestResults -o -name BenchmarkDotNet.Artifacts \) -prune -o \
        -type f -printf '%p %s %T@\n' | LC_ALL=C sort | cksum
}

# Builds a solution or filter unless nothing changed since it was last built: build FILE ASSEMBLY...
build() {
    command -v dotnet >/dev/null || die "the .NET SDK is missing; install .NET 10 (https://dotnet.microsoft.com/download), then run this again"
    local target=$1 marker log now assembly fresh=true
    shift
    marker="$here/bin/built-$configuration-$(basename "$target")"
    mkdir -p "$here/bin"
    # Two scripts at once: the second waits for the first, then finds the work done.
    if command -v flock >/dev/null; then exec 9>"$here/bin/build.lock"; flock 9; fi
    now=$(sources 2>/dev/null) || now="unknown $$" # a find without -printf: build each time
    for assembly in "$@"; do [ -f "$assembly" ] || fresh=false; done
    # A build of the whole solution builds every part of it.
    if ! $fresh || ! grep -qxF "$now" "$marker" "$here/bin/built-$configuration-Hierarchy.sln" 2>/dev/null; then
        log="$here/bin/build-$(basename "$target").log"
        [ -t 2 ] && echo "building ..." >&2
        if ! dotnet build "$here/$target" -c "$configuration" -v quiet --nologo -clp:NoSummary >"$log" 2>&1 9>&-; then
            # The build's log says each error twice.
            { grep -E ': error ' "$log" | sort -u || tail -n 40 "$log"; } >&2
            die "the build failed (above, and in $log)"
        fi
        printf '%s\n' "$now" >"$marker"
    fi
    if command -v flock >/dev/null; then exec 9>&-; fi
}

server=$(program src/Hierarchy.Server hierarchy-server)
agent=$(program src/Hierarchy.Agent hierarchy-agent)
cli=$(program src/Hierarchy.Cli hierarchy)
testing=$(program tests/Hierarchy.Testing hierarchy-testing)
bench=$(program tests/Hierarchy.Benchmarks hierarchy-bench)

build_programs() { build scripts/programs.slnf "$server" "$agent" "$cli" "$testing"; }
