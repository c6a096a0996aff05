#!/usr/bin/env bash
# programs.sh [TARGET@CPU@MODEL...]: programs that were linked with -latomic, and do not know of
# ordo, run on our library by LD_LIBRARY_PATH alone as they do on GCC's. What the dynamic linker
# bound shows whose functions they call. With functions of faults.so in between, which are not
# atomic, they must fail.
set -u
cd "$(dirname "$0")/../.."
leave_out='*-clang@*' # the same library; differential.sh has compared it
. tests/atomic_abi/runs.sh

# build CPU: with its own C++ library inside, so that the other CPU's need not be there.
build() {
    local prefix flags=() clang=(clang) sources=tests/atomic_abi
    prefix=$(compiler "$1")
    if [ "$1" != "$here" ]; then
        flags=("--sysroot=$PWD/build/sysroot/$1" "-L$(dirname "$(library_of "$1" libatomic.so)")"
            -Lbuild/sysroot/"$1"/{usr/lib,lib}/"$1"-linux-gnu)
        clang+=("--target=$1-linux-gnu" "${flags[0]}")
    fi
    [ "$1" != x86_64 ] || clang+=(-mcx16)
    "${prefix}g++" -std=c++17 -O2 -static-libstdc++ -static-libgcc -o "$work/structs.$1" \
        $sources/structs.cpp "${flags[@]}" -lpthread -latomic &&
    "${clang[@]}" -O2 -fPIC -DCOUNT=count_clang -c -o "$work/clang.o" $sources/mixed.c &&
    "${prefix}gcc" -O2 -fPIC -DCOUNT=count_gcc -c -o "$work/gcc.o" $sources/mixed.c "${flags[@]}" &&
    "${prefix}gcc" -O2 -o "$work/mixed.$1" $sources/mixed.c "$work"/{gcc,clang}.o "${flags[@]}" \
        -lpthread -latomic
}

# run_on LIBRARY CPU MODEL PROGRAM [ROUNDS]: its output goes to log, what was bound to bound.PID.
run_on() {
    local rounds=${5-100000}
    [ "$3" = native ] || rounds=10000
    [ "$4" != mixed ] || rounds=${5-200000} # its losses are rare
    mkdir -p "$work/lib"
    ln -sf "$(realpath "$1")" "$work/lib/libatomic.so.1"
    LD_LIBRARY_PATH=$work/lib LD_DEBUG=bindings LD_DEBUG_OUTPUT=$work/bound \
        timeout 300 toolchains/run "$2" "$3" "$work/$4.$2" $rounds > "$work/log" 2>&1
}

bound_calls() { # the symbols of libatomic that the program itself got from the library
    cat "$work"/bound.* | grep -E "binding file $work/[a-z]*\.$1 .* to $work/lib/" |
        grep -cE 'symbol .(__atomic_|atomic_)'
}

for cpu in $(printf '%s\n' "${runs[@]}" | cut -d@ -f2 | sort -u); do
    build "$cpu" 2> "$work/log"
    count $? "programs of $cpu: $(head -n 5 "$work/log")"
done

for program in structs mixed; do
    ORDO_FAULT=not_atomic LD_PRELOAD=build/tests/$here/atomic_abi/faults.so \
        run_on "$(library_of "$here" libatomic.so.1)" "$here" native $program 500
    grep -qE 'were lost|torn value' "$work/log"
    count $? "$program is content with functions that are not atomic"
    declare -A seen=()
    for run in "${runs[@]}"; do
        IFS=@ read -r target cpu model <<< "$run"
        theirs=$(library_of "$cpu" libatomic.so.1)
        for library in "$theirs" "build/$target/libordo-atomic.so"; do
            [ -z "${seen[$library@$model]-}" ] || continue
            seen[$library@$model]=yes
            rm -f "$work"/bound.*
            run_on "$library" "$cpu" "$model" $program
            status=$?
            calls=$(bound_calls "$cpu")
            [ $status -ne 0 ] || [ "$calls" -gt 0 ] || status=1
            # Where GCC's takes a lock for 16 bytes it loses counts, now and then.
            [ "$program@$cpu@$library" = "mixed@aarch64@$theirs" ] ||
                count $status "$program, $library on $model: $(tail -n 3 "$work/log")"
            echo "$(cat "$work/log"), $calls symbols of $(basename "$library"), $target on $model"
        done
    done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
