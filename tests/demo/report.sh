# shellcheck shell=sh
# report.sh: sourced by the tests of the demonstration: counts what passed and failed.
#
#   check "what should hold" command...     the command's status decides
#   lacks PATTERN FILE                      for check: no line of the file matches
#   finish "name"                           prints `name: N passed, M failed` and exits
passed=0
failed=0

check() {
    what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $what" >&2
    fi
}

lacks() { ! grep -q "$1" "$2"; }

finish() {
    echo "$1: $passed passed, $failed failed"
    [ $failed -eq 0 ]
    exit
}
