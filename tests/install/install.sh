#!/usr/bin/env bash
# install.sh: an installed ordo, as its users have it. `make install` goes into trees whose names
# have spaces, for this machine by way of DESTDIR, for ARM64 with a LIBDIR of its own; then C and C++
# programs are built against them with pkg-config, CMake and Meson, and run. What libordo.so exports
# is compared with what the installed headers declare.
#
#   install.sh [TARGET]      this machine's, such as x86_64-gcc; ORDO_LONG=1 compiles the headers with
#                            all compilers, and checks what the source archive builds
set -u
cd "$(dirname "$0")/../.."
here=$PWD/tests/install
own=${1:-x86_64-gcc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset MAKEFLAGS MFLAGS MAKEOVERRIDES PREFIX DESTDIR BINDIR LIBDIR INCLUDEDIR MANDIR

# Steps run side by side in two halves, so each writes a line, and the end counts them.
# step WHAT COMMAND...: what the command wrote is shown if it fails.
step() {
    local what=$1 log=$work/log.$BASHPID
    shift
    if "$@" > "$log" 2>&1; then
        echo "passed $what" >> "$work/steps"
    else
        echo "failed $what" >> "$work/steps"
        echo "install.sh: failed: $what" >&2
        tail -n 12 "$log" | sed 's/^/    /' >&2
    fi
}

# says WHAT COMMAND...: the program prints its line.
says() {
    local output
    output=$(timeout 60 "$@" 2>&1)
    echo "expected \"hello from 4000\", got: $output"
    [ "$output" = "hello from 4000" ]
}

# ---- the tree -----------------------------------------------------------------------------------

install_to() { # install_to VARIABLE=VALUE...: nothing is built any more
    local output
    output=$(make -s SETUP=no install "$@" 2>&1) || { echo "$output"; return 1; }
    ! grep -E '^  (CC|AS|AR|LINK)' <<< "$output"
}

# No file says where it was built or staged.
names_no_place() { # names_no_place TREE PLACE...
    local place found=0
    for place in "${@:2}"; do
        ! grep -rlF "$place" "$1" || found=1
    done
    [ $found -eq 0 ]
}

# What is installed again is another file under the same name: who has the old one keeps it whole.
replaces() { # replaces TREE VARIABLE=VALUE...
    local before after object=$1/lib/libordo.so.0
    before=$(cd "$1" && find . ! -type d | sort)
    exec 9< "$object" # so that its number is not given again
    install_to "${@:2}" || return 1
    after=$(cd "$1" && find . ! -type d | sort)
    diff <(echo "$before") <(echo "$after") && [ "$(wc -l <<< "$after")" -gt 70 ] &&
        [ ! "$object" -ef /dev/fd/9 ] && cmp "$object" /dev/fd/9
}

uninstalls() { # uninstalls TREE VARIABLE=VALUE...
    make -s SETUP=no uninstall "${@:2}" || return 1
    ! find "$1" ! -type d | grep . && [ ! -e "$1/include/ordo" ]
}

# refuses PATTERN COMMAND...: one line says why, beside make's own.
refuses() {
    local output
    output=$("${@:2}" 2>&1) && { echo "it goes on: $output"; return 1; }
    echo "$output"
    [ "$(grep -vc '^make' <<< "$output")" -eq 1 ] && grep -q "$1" <<< "$output"
}

# ---- headers ------------------------------------------------------------------------------------

# compile TREE LANGUAGE COMMAND...: each header by itself.
compile() {
    local tree=$1 language=$2 header folder=$work/headers.$BASHPID
    shift 2
    mkdir -p "$folder"
    for header in "$tree"/include/ordo/*.h; do
        header=${header##*/}
        printf '#include <ordo/%s>\ntypedef int not_empty;\n' "$header" \
            > "$folder/${header%.h}.$language"
    done
    [ "$(find "$folder" -name "*.$language" | wc -l)" -gt 60 ] &&
        find "$folder" -name "*.$language" -print0 | xargs -0 -n 12 -P "$(nproc)" \
            "$@" -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$tree/include"
}

# ---- the shared object --------------------------------------------------------------------------

# What the headers declare and libordo.so defines is the same, but for what core has one of in a
# process (UNIQUE), the one object (spin_limit.h), and the pairs, which other back ends have.
exports() { # exports COMPILER NM TREE LIBDIR
    local folder=$work/exports.$BASHPID header
    mkdir -p "$folder"
    for header in "$3"/include/ordo/*.h; do
        case ${header##*/} in
            outline.h | freestanding.h) ;; # of other libraries
            *) echo "#include <ordo/${header##*/}>" ;;
        esac
    done > "$folder/all.c"
    "$1" -std=gnu17 -I"$3/include" -aux-info "$folder/prototypes" -S -o /dev/null "$folder/all.c" ||
        return 1
    {
        sed -nE 's#^/\* .*/include/ordo/.*\*/ extern .*[ *](ordo_[a-z0-9_]+) \(.*#\1#p' \
            "$folder/prototypes" | grep -v 'compare_exchange_\(weak_\)\?pair_'
        echo ordo_spin_limit
        sed -nE 's/^UNIQUE[A-Z_]*\((ordo_[a-z_]+)[,)].*/\1/p' core/*.c
    } | sort -u > "$folder/declared"
    "$2" -D --defined-only --with-symbol-versions "$4/libordo.so" | awk '$2 != "A" { print $3 }' |
        sed 's/@@ORDO_0.1$//' | sort > "$folder/exported"
    [ "$(wc -l < "$folder/exported")" -gt 900 ] &&
        diff --label declared --label exported "$folder/declared" "$folder/exported"
}

properties() { # properties READELF OBJECT NOTE
    local headers
    headers=$("$1" -dlnrW "$2")
    echo "$headers"
    grep -q 'SONAME.*\[libordo.so.0\]' <<< "$headers" && grep -q "$3" <<< "$headers" &&
        grep -q 'GNU_STACK.* RW ' <<< "$headers" && grep -q GNU_RELRO <<< "$headers" &&
        grep -q BIND_NOW <<< "$headers" && ! grep -q TEXTREL <<< "$headers" &&
        ! grep -E 'JUMP_SLOT? .* ordo_|NEEDED.*libatomic' <<< "$headers"
}

figures() { # figures CPU NM SIZE READELF OBJECT
    echo "$1: libordo.so has $("$3" "$5" | awk 'END { print $1 + $2 }') bytes of text and data, exports" \
        "$("$2" -D --defined-only "$5" | grep -c ' [TRVu] ') symbols, has" \
        "$("$4" -rW "$5" | grep -c ' R_') relocations, $("$4" -rW "$5" | grep -c JUMP_SLO) of them calls out"
}

# ---- users --------------------------------------------------------------------------------------

# build OUTPUT COMPILER FLAGS SOURCE LIBRARIES: flags and libraries as pkg-config quotes them.
build() {
    eval "$2 -O2 -Wall -Wextra -Werror $3 \"\$4\" -o \"\$1\" $5"
}

with_pkg_config() { # with_pkg_config NAME CC CXX OTHERS: and a program on OTHERS, of the other ABIs
    local cc=$2 cxx=$3 folder=$work/$1 flags libraries static
    mkdir -p "$folder"
    flags=$(pkg-config --cflags ordo) && libraries=$(pkg-config --libs ordo) &&
        static=$(pkg-config --static --libs ordo) || return 1
    build "$folder/c-shared" "$cc" "$flags" "$here/hello.c" "$libraries -lpthread" &&
        build "$folder/c-static" "$cc -static" "$flags" "$here/hello.c" "$static" &&
        build "$folder/c++-shared" "$cxx" "$flags" "$here/hello.cc" "$libraries -lpthread" &&
        build "$folder/c++-static" "$cxx -static" "$flags" "$here/hello.cc" "$static" &&
        build "$folder/unmodified" "$cc" "$(pkg-config --cflags $4)" "$here/unmodified.c" \
            "$(pkg-config --libs $4)"
}

with_cmake() { # with_cmake NAME TREE FLAG...
    cmake -S "$here" -B "$work/$1" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$2" "${@:3}" &&
        cmake --build "$work/$1" -j 2
}

with_meson() { # with_meson NAME FLAG...
    meson setup "${@:2}" "$work/$1" "$here" && meson compile -C "$work/$1"
}

cmake_without() { # cmake_without TREE REQUEST: CMake says why not
    mkdir -p "$work/refused"
    printf 'cmake_minimum_required(VERSION 3.20)\nproject(x C)\nfind_package(ordo %s)\n' "$2" \
        > "$work/refused/CMakeLists.txt"
    rm -rf "$work/refused/build"
    ! cmake -S "$work/refused" -B "$work/refused/build" -DCMAKE_PREFIX_PATH="$1"
}

# served_by PATTERN COMMAND...: where the dynamic linker finds the program's libatomic.so.1.
served_by() {
    local output
    output=$("${@:2}" 2>&1)
    echo "$output"
    grep -Eq "libatomic.so.1 => $1" <<< "$output"
}

programs=(c-shared c-static c++-shared c++-static)

# ---- this machine -------------------------------------------------------------------------------

native() {
    local stage="$work/staging area" tree="$work/moved tree" program note
    note="x86 feature: IBT, SHSTK"
    [ "$(uname -m)" = x86_64 ] || note="AArch64 feature: BTI, PAC"

    step "install with DESTDIR" install_to DESTDIR="$stage" PREFIX=/opt/ordo
    step "install again" replaces "$stage/opt/ordo" DESTDIR="$stage" PREFIX=/opt/ordo
    step "no file names the build directory" names_no_place "$stage" "$PWD" "$work"
    export PKG_CONFIG_LIBDIR="$stage/opt/ordo/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR=$stage
    step "pkg-config" with_pkg_config native gcc g++ ordo-atomic
    step "pkg-config, unmodified" says "$work/native/unmodified"
    for program in "${programs[@]}"; do
        step "pkg-config, $program" says env LD_LIBRARY_PATH="$stage/opt/ordo/lib" "$work/native/$program"
    done
    step "Meson" with_meson native-meson
    for program in "${programs[@]}"; do
        step "Meson, $program" says "$work/native-meson/$program"
    done

    mv "$stage/opt/ordo" "$tree"
    step "CMake" with_cmake native-cmake "$tree"
    for program in "${programs[@]}" freestanding atomic; do
        step "CMake, $program" says "$work/native-cmake/$program"
    done
    step "CMake: another version" cmake_without "$tree" "0.2 REQUIRED"
    step "CMake: what there is not" cmake_without "$tree" "REQUIRED COMPONENTS nothing"

    step "what libordo.so exports" exports gcc nm "$tree" "$tree/lib"
    step "how libordo.so is laid out" properties readelf "$tree/lib/libordo.so" "$note"
    step "headers in C, gcc" compile "$tree" c gcc -std=c17
    step "headers in C++, clang++" compile "$tree" cc clang++ -std=c++17
    if [ -n "${ORDO_LONG-}" ]; then
        step "headers in C, clang" compile "$tree" c clang -std=c17
        step "headers in C++, g++" compile "$tree" cc g++ -std=c++17
    fi

    # Not changed, and not linked with ordo: where libatomic.so.1 is found decides.
    step "unmodified program" gcc -O2 "$here/unmodified.c" -latomic -o "$work/unmodified"
    step "libatomic stays the system's" served_by "/(usr/)?lib" \
        env LD_LIBRARY_PATH="$tree/lib" ldd "$work/unmodified"
    step "libatomic becomes ours" served_by "$tree/lib/ordo/" \
        env LD_LIBRARY_PATH="$tree/lib/ordo" ldd "$work/unmodified"
    step "runs on it" says env LD_LIBRARY_PATH="$tree/lib/ordo" "$work/unmodified"

    step "PREFIX that cannot be written" refuses 'cannot write to /proc/none' \
        make SETUP=no install PREFIX=/proc/none
    step "relative PREFIX" refuses 'not an absolute path' make SETUP=no install PREFIX=none
    step "without LLVM" eval "make SETUP=no install LLVM_CONFIG=none PREFIX='$work/no llvm' |
        grep -q 'without the command .ordo.: it needs LLVM'"
    step "nothing but the command is missing" eval "[ ! -e '$work/no llvm/bin/ordo' ] &&
        [ -e '$work/no llvm/lib/libordo.so.0' ]"
    step "wrapper" "$work/no llvm/bin/ordo-cc" -O2 "$here/unmodified.c" -o "$work/wrapped"
    step "a program of the wrapper" says "$work/wrapped"
    step "command" "$tree/bin/ordo" --version
    step "uninstall" uninstalls "$work/no llvm" PREFIX="$work/no llvm"
    figures "$(uname -m)" nm size readelf "$tree/lib/libordo.so"
}

# ---- ARM64 under QEMU ---------------------------------------------------------------------------

arm64() {
    local tree="$work/arm tree" gnu=aarch64-linux-gnu program model
    local lib="$tree/lib/$gnu"
    local qemu=(qemu-aarch64 -L /usr/$gnu) with_lib=(-E LD_LIBRARY_PATH="$tree/lib/$gnu")

    step "install for ARM64" install_to ARCH=aarch64-fat PREFIX="$tree" LIBDIR="$lib"
    step "no file names the build directory, ARM64" names_no_place "$tree" "$PWD"
    unset PKG_CONFIG_SYSROOT_DIR
    export PKG_CONFIG_LIBDIR=$lib/pkgconfig
    step "pkg-config, ARM64" with_pkg_config arm $gnu-gcc $gnu-g++ "ordo-atomic ordo-outline"
    step "Meson, ARM64" with_meson arm-meson --cross-file toolchains/$gnu.meson
    # Of a Generic system CMake does not know the name that LIBDIR ends in.
    step "CMake, a kernel" eval "cmake -S '$here/kernel' -B '$work/kernel' \
        -Dordo_DIR='$lib/cmake/ordo' -DCMAKE_SYSTEM_NAME=Generic -DCMAKE_SYSTEM_PROCESSOR=aarch64 \
        -DCMAKE_C_COMPILER=$gnu-gcc -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY &&
        cmake --build '$work/kernel'"
    step "CMake, ARM64" with_cmake arm-cmake "$tree" -DCMAKE_TOOLCHAIN_FILE="$PWD/toolchains/$gnu.cmake"
    for model in cortex-a57 neoverse-n1; do
        for program in "${programs[@]}"; do
            step "pkg-config, $program, $model" says "${qemu[@]}" -cpu $model "${with_lib[@]}" \
                "$work/arm/$program"
            step "Meson, $program, $model" says "${qemu[@]}" -cpu $model "${with_lib[@]}" \
                "$work/arm-meson/$program"
        done
        step "pkg-config, unmodified, $model" says "${qemu[@]}" -cpu $model "$work/arm/unmodified"
        for program in "${programs[@]}" freestanding atomic outline; do
            step "CMake, $program, $model" says "${qemu[@]}" -cpu $model "$work/arm-cmake/$program"
        done
    done
    step "CMake: another CPU's" cmake_without "$tree" "REQUIRED"
    step "what libordo.so exports, ARM64" exports $gnu-gcc $gnu-nm "$tree" "$lib"
    step "how libordo.so is laid out, ARM64" properties $gnu-readelf "$lib/libordo.so" \
        "AArch64 feature: BTI, PAC"
    [ -z "${ORDO_LONG-}" ] || step "headers in C, ARM64" compile "$tree" c $gnu-gcc -std=c17
    step "outline.h" $gnu-gcc -std=c17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$tree/include" \
        -include ordo/outline.h -x c /dev/null

    step "unmodified program, ARM64" $gnu-gcc -O2 "$here/unmodified.c" -latomic -o "$work/unmodified-arm"
    step "libatomic becomes ours, ARM64" served_by "$lib/ordo/" \
        "${qemu[@]}" -E LD_LIBRARY_PATH="$lib/ordo" -E LD_TRACE_LOADED_OBJECTS=1 "$work/unmodified-arm"
    for model in cortex-a57 neoverse-n1; do
        step "runs on it, $model" says "${qemu[@]}" -cpu $model -E LD_LIBRARY_PATH="$lib/ordo" \
            "$work/unmodified-arm"
    done
    step "uninstall, ARM64" uninstalls "$tree" ARCH=aarch64-fat PREFIX="$tree" LIBDIR="$lib"
    figures aarch64 $gnu-nm $gnu-size $gnu-readelf "build/aarch64-fat-gcc/libordo.so"
}

# ---- the source archive -------------------------------------------------------------------------

same_archive() {
    local archive
    archive=$(make -s dist | sed -n 's/^dist: build/build/p') && mv "$archive" "$work/first.tar.gz" &&
        make -s dist && cmp "$archive" "$work/first.tar.gz"
}

source_archive() {
    step "make dist, twice the same" same_archive
    mkdir -p "$work/unpacked here"
    tar xzf "$work/first.tar.gz" -C "$work/unpacked here"
    step "all that is committed, and no more" diff <(git ls-tree -r --name-only HEAD | sort) \
        <(cd "$work/unpacked here"/* && find . ! -type d -printf '%P\n' | sort)
    cd "$work/unpacked here"/* || exit 1
    step "no archive from an archive" refuses 'not a git repository' make dist
    step "make, from the archive" make -s SETUP=no LLVM_CONFIG=none CFLAGS=-O1
    step "make install, from the archive" \
        make -s SETUP=no LLVM_CONFIG=none CFLAGS=-O1 install PREFIX="$work/from archive"
    step "no file names the build directory, archive" names_no_place "$work/from archive" "$PWD"
    step "a program" gcc -O2 -I"$work/from archive/include" "$here/hello.c" \
        "$work/from archive/lib/libordo.a" -lpthread -o "$work/from-archive"
    step "a program from the archive" says "$work/from-archive"
    if [ -n "${ORDO_LONG-}" ]; then
        step "build of the checker, from the archive" make -s SETUP=no build/host/check
        step "structural checks, from the archive" tests/check/check.sh "$own"
    fi
}

# ---- seeded faults ------------------------------------------------------------------------------

# misses WHAT COMMAND...: the check does not find the fault.
misses() {
    "${@:2}" > "$work/log.faults" 2>&1 || { echo "passed fault: $1" >> "$work/steps"; return; }
    echo "failed fault: $1" >> "$work/steps"
    echo "install.sh: this fault is not found: $1" >&2
}

# link MAP OPTION...: libordo.so of this machine once more, with another map or without an option.
link() {
    gcc -shared -nostartfiles -Wl,--version-script="$1" -Wl,-z,nodelete "${@:2}" \
        -o "$work/faulty/lib/libordo.so" -Wl,--whole-archive "build/$own/libordo.a" -Wl,--no-whole-archive
}

faults() {
    local tree=$work/faulty map=build/ordo.map headers note
    local right=(-Wl,-soname,libordo.so.0 -Wl,-Bsymbolic-functions -Wl,-z,relro,-z,now)
    headers=$tree/include/ordo
    note="x86 feature: IBT, SHSTK"
    [ "$(uname -m)" = x86_64 ] || note="AArch64 feature: BTI, PAC"
    mkdir -p "$tree/lib" "$headers"
    cp include/ordo/*.h "$headers"
    rm "$headers/restartable.h" "$headers/outline.h"
    link $map "${right[@]}"
    step "no fault: exports" exports gcc nm "$tree" "$tree/lib"
    step "no fault: properties" properties readelf "$tree/lib/libordo.so" "$note"

    sed 's/ordo_mutex_lock;/& ordo_waiter_wait;/' $map > "$work/map"
    link "$work/map" "${right[@]}"
    misses "an internal function is exported" exports gcc nm "$tree" "$tree/lib"
    sed '/ ordo_mutex_try_lock;/d' $map > "$work/map"
    link "$work/map" "${right[@]}"
    misses "a public function is not" exports gcc nm "$tree" "$tree/lib"
    link $map -Wl,-soname,libordo.so -Wl,-Bsymbolic-functions -Wl,-z,now
    misses "another soname" properties readelf "$tree/lib/libordo.so" "$note"
    link $map -Wl,-soname,libordo.so.0 -Wl,-z,now
    misses "calls inside by way of the PLT" properties readelf "$tree/lib/libordo.so" "$note"
    link $map "${right[@]}" -Wl,-z,lazy
    misses "bound late" properties readelf "$tree/lib/libordo.so" "$note"
    link $map "${right[@]}" -Wl,-z,execstack
    misses "executable stack" properties readelf "$tree/lib/libordo.so" "$note"
    link $map "${right[@]}"

    sed -i 's/^void ordo_spin_lock_unlock(/void ordo_spin_lock_forgotten(ordo_spin_lock *lock);\n&/' \
        "$headers/spin_lock.h"
    misses "a new function, forgotten in the map" exports gcc nm "$tree" "$tree/lib"
    sed -i '/#include "ordo\/atomic.h"/d' "$headers/spin_lock.h"
    misses "a header without what it needs" compile "$tree" c gcc -std=c17
    cp include/ordo/spin_lock.h "$headers"
    rm "$headers/thread_safety.h"
    misses "a header that is not installed" compile "$tree" c gcc -std=c17
    echo "$PWD" > "$tree/lib/left over"
    misses "the build directory in a file" names_no_place "$tree" "$PWD"
}

(native) &
(arm64) &
if [ -e .git ]; then (source_archive) & else echo "make dist: SKIP, this is no git repository"; fi
wait
(faults)
failed=$(grep -c '^failed' "$work/steps")
echo "$(grep -c '^passed fault' "$work/steps") seeded faults found"
echo "$(grep -c '^passed' "$work/steps") passed, $failed failed"
[ "$failed" -eq 0 ]
