#!/bin/sh
# count.sh COMMAND...: tests demo/count.c; COMMAND is the program, with its runner in front, e.g.
#     tests/demo/count.sh toolchains/run aarch64 cortex-a57 build/aarch64-gcc/demo/count
# What it counts is compared with awk, which reads the file byte by byte: both of the program's own
# counts could share a mistake.
set -u
. "$(dirname "$0")/report.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
out=$scratch/out
err=$scratch/err

# ---- files that cannot be read: one line, status 2, nothing on standard output -------------------

# refuses MESSAGE COMMAND...: MESSAGE is what the line on standard error starts with.
refuses() {
    message=$1
    shift
    "$@" > "$out" 2> "$err"
    [ $? -eq 2 ] && [ ! -s "$out" ] && [ "$(wc -l < "$err")" -eq 1 ] &&
        case $(cat "$err") in "$message"*) true ;; *) false ;; esac
}

hint="give a text file, e.g. FILE=/usr/share/common-licenses/GPL-3"
: > "$scratch/empty"
echo secret > "$scratch/unreadable"
chmod 0 "$scratch/unreadable"
mkfifo "$scratch/fifo"
check "a missing file is refused" \
    refuses "count: cannot read $scratch/no: No such file or directory; $hint" "$@" "$scratch/no"
check "a directory is refused" \
    refuses "count: cannot read $scratch: Is a directory; $hint" "$@" "$scratch"
check "an empty file is refused" \
    refuses "count: cannot read $scratch/empty: The file is empty; $hint" "$@" "$scratch/empty"
check "a FIFO is refused at once" \
    refuses "count: cannot read $scratch/fifo: Not a regular file; $hint" "$@" "$scratch/fifo"
check "no argument is refused" refuses "count: cannot read the text: No file given; $hint" "$@"
check "two files are refused" \
    refuses "count: cannot read the text: More than one file given; $hint" "$@" "$0" "$0"
if [ "$(id -u)" -ne 0 ]; then
    check "an unreadable file is refused" refuses \
        "count: cannot read $scratch/unreadable: Permission denied; $hint" \
        "$@" "$scratch/unreadable"
else
    echo "SKIP: root can read every file" >&2
fi

check "0 workers are refused" refuses "count: --workers 0: " "$@" -w 0 "$0"
check "65 workers are refused" refuses "count: --workers 65: " "$@" -w 65 "$0"
check "a negative number of passes is refused" refuses "count: --passes -1: " "$@" -p -1 "$0"
check "a capacity of 12x is refused" refuses "count: --capacity 12x: " "$@" -c 12x "$0"

# ---- results -------------------------------------------------------------------------------------

# by_awk FILE PASSES: lines, words, letters, longest word, most frequent letters
by_awk() {
    od -An -v -tu1 -w1 "$1" | awk -v passes="$2" '
        {
            if (NR == 1 || last == 10) lines++
            last = $1
            space = $1 == 32 || ($1 >= 9 && $1 <= 13)
            upper = $1 >= 65 && $1 <= 90 ? $1 + 32 : $1
            if (upper >= 97 && upper <= 122) { letters++; count[upper]++ }
            if (!space && !length_now) words++
            length_now = space ? 0 : length_now + 1
            if (length_now > longest) longest = length_now
        }
        END {
            for (n = 0; n < 6; n++) {
                best = 0
                for (c = 97; c <= 122; c++)
                    if (count[c] > count[best]) best = c
                if (!best) break
                frequent = frequent sprintf("%c", best)
                count[best] = 0
            }
            printf "lines=%d\nwords=%d\nletters=%d\nlongest word=%d\nmost frequent letters=%s\n", \
                lines * passes, words * passes, letters * passes, longest, frequent
        }'
}

# counts FILE PASSES OPTION...: in --result form, is the answer that of awk, and every check passed?
counts() {
    file=$1 passes=$2
    shift 2
    by_awk "$file" "$passes" > "$scratch/expected"
    "$@" --result --passes "$passes" "$file" > "$out" 2> "$err" &&
        grep -E '^(lines|words|letters|longest word|most frequent letters)=' "$out" |
        cmp -s - "$scratch/expected" && grep -qx result=same "$out"
}

printf 'no trailing newline' > "$scratch/no-newline"
printf 'a' > "$scratch/one-byte"
printf 'b c' > "$scratch/fewer-than-workers"
printf ' \t\r\n\v\f ' > "$scratch/only-space"
printf 'tabs\tand\r\nCRLF\vVT\fFF  twice \n\n end ' > "$scratch/separators"
printf 'na\303\257ve caf\303\251 \342\200\224 \320\274\320\270\321\200\n\302\240x\n' \
    > "$scratch/utf-8"
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "%c", 97 + i % 26 }' > "$scratch/one-huge-word"
awk 'BEGIN { for (i = 0; i < 256; i++) printf "\\0%03o", i }' > "$scratch/octal"
printf '%b' "$(cat "$scratch/octal")" > "$scratch/all-bytes"
awk 'BEGIN { for (i = 0; i < 5000; i++) printf "\n" }' > "$scratch/empty-lines"
printf 'one\ntwo\r\n\n  \nlast' > "$scratch/no-last-newline"
check "all-bytes has 256 bytes" [ "$(wc -c < "$scratch/all-bytes")" -eq 256 ]
for name in no-newline one-byte fewer-than-workers only-space separators utf-8 one-huge-word \
    all-bytes empty-lines no-last-newline; do
    for options in "-c 1000000 -w 4" "-c 1 -w 8" "-c 7 -w 1"; do
        # shellcheck disable=SC2086 # options are words
        check "$name is counted right with $options" counts "$scratch/$name" 3 "$@" $options
    done
done

text=/usr/share/common-licenses/GPL-3
if [ -r $text ]; then
    lines=$((50 * $(wc -l < $text)))
    check "GPL-3 is counted right" counts $text 50 "$@"
    check "wc finds as many words" grep -qx "words=$(($(wc -w < $text) * 50))" "$out"
    for name in "messages sent" "messages received" "lock acquisitions"; do
        check "as many $name as lines" grep -qx "$name=$lines" "$out"
    done
    check "it says how often threads slept and were woken" grep -Eqc '^(sleeps|wakes)=[0-9]+$' "$out"
fi
"$@" -p 2 "$0" > "$out" 2> "$err"
check "the table for people has both columns" grep -q 'with threads *without threads' "$out"
check "and says that they agree" grep -qx 'Same result.' "$out"

# ---- progress, and stopping ----------------------------------------------------------------------

carriage_return=$(printf '\r')
check "progress reaches 100 %" grep -q 'counting: 100%' "$err"
check "progress in a file is a few lines" [ "$(wc -l < "$err")" -le 5 ]
check "and they are plain" lacks "$carriage_return" "$err"
if script -qec true /dev/null > "$out" 2>&1 < /dev/null; then
    script -qec "$* -p 20 $0" /dev/null > "$out" < /dev/null
    check "progress on a terminal is one line, rewritten" \
        grep -q "${carriage_return}counting: 100%" "$out"
else
    echo "SKIP: no terminal can be made here: /dev/pts is not mounted"
fi

# SIGINT once it is known to count: it stops within 10 s, says so, and gives no result.
stops_on_interrupt() {
    : > "$err" # the last test's progress must not be taken for this one's
    "$@" --result --passes 10000000 "$0" > "$out" 2> "$err" &
    pid=$!
    for _ in $(seq 100); do
        grep -q counting: "$err" && break
        sleep 0.1
    done
    kill -INT $pid
    (sleep 10; kill -KILL $pid 2> /dev/null) &
    guard=$!
    wait $pid
    status=$?
    kill $guard 2> /dev/null
    [ $status -eq 130 ] && [ ! -s "$out" ] && grep -q 'count: stopped after [0-9]* of' "$err"
}
check "SIGINT stops it cleanly, with status 130" stops_on_interrupt "$@"

finish "count ($*)"
