# runs.sh: for the scripts beside it, which run in the root of the tree. Sets `here`, `work` (a
# directory of its own), `runs` from the script's arguments, or from those of RUNS that have
# libordo-atomic and a CPU that has its instructions; not those of the pattern leave_out.
here=$(uname -m)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

runs=("$@")
if [ $# -eq 0 ]; then
    for run in ${RUNS-}; do
        case $run in
            generic-*|*-nasm@*|*-pthread@*) ;;
            armv8.1-*@cortex-a57) ;; # a CPU without LSE
            ${leave_out-}) ;;
            *) runs+=("$run") ;;
        esac
    done
fi
if [ ${#runs[@]} -eq 0 ]; then
    echo "${0##*/}: name a run, such as x86_64-gcc@x86_64@native" >&2
    exit 2
fi

count() { # count STATUS WHAT: says what failed
    if [ "$1" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL  $2"
    fi
}

compiler() { # compiler CPU: the prefix of its tools
    [ "$1" = "$here" ] || echo "$1-linux-gnu-"
}

library_of() { # library_of CPU FILE: GCC's
    "$(compiler "$1")gcc" -print-file-name="$2"
}
