#!/usr/bin/env bash
# freestanding.sh: the library for kernels and firmware: nothing in it needs anything else, touches a
# vector register or is laid out for a start-up code; each routine is that of arch/ordering.tbl; its
# headers need no C library; and a program without one runs on it, under Linux and on a bare machine.
# Then faults are seeded into copies of the library, and each check must find its own.
#
#   freestanding.sh TARGET...      such as aarch64-fat-gcc; build/TARGET/libordo-freestanding.a and
#                                  build/host/check exist
set -u
cd "$(dirname "$0")/../.."
here=tests/freestanding
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# step WHAT COMMAND...: counts it; what it wrote is shown if it fails.
step() {
    local what=$1
    shift
    if "$@" > "$work/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "freestanding.sh: failed: $what" >&2
        head -n 5 "$work/log" | sed 's/^/    /' >&2
    fi
}

cpu_of() {
    case $1 in x86_64*) echo x86_64 ;; *) echo aarch64 ;; esac
}

# tool CPU NAME: a program of binutils, or gcc, for a CPU.
tool() {
    if [ "$(uname -m)" = "$1" ]; then echo "$2"; else echo "$1-linux-gnu-$2"; fi
}

compiler() { # compiler TARGET
    case $1 in
        *-clang) echo "clang --target=$(cpu_of "$1")-linux-gnu" ;;
        *) tool "$(cpu_of "$1")" gcc ;;
    esac
}

# ---- the archive --------------------------------------------------------------------------------

closed() { # closed CPU ARCHIVE: no undefined symbol once it is whole
    local undefined
    "$(tool "$1" ld)" -r --whole-archive "$2" -o "$work/whole.o" &&
        undefined=$("$(tool "$1" nm)" -u "$work/whole.o") && echo "$undefined" && [ -z "$undefined" ]
}

# No register of vectors or floating point, in any member; on ARM64 no x18 either. The addresses of
# branches look like registers (b8), so they are cut off.
registers() { # registers CPU ARCHIVE
    local pattern='(^|[^a-z0-9_])([vqdshbz][0-9]+|[wx]18)([^a-z0-9_]|$)'
    [ "$1" = aarch64 ] || pattern='%([xyzt]?mm[0-9]*|st|k[0-7])'
    "$(tool "$1" objdump)" -d --no-show-raw-insn "$2" | awk -F'\t' -v pattern="$pattern" '
        NF < 2 { next }
        { instructions++; text = $2 " " $3; sub(/[0-9a-f]+ <.*/, "", text) }
        text ~ pattern { print; found++ }
        END { print instructions " instructions"; exit found > 0 || instructions < 500 }'
}

# Nothing for start-up code, threads or a dynamic linker to do, and nothing kept below rsp.
layout() { # layout CPU ARCHIVE
    local file=$work/layout
    "$(tool "$1" readelf)" -SW "$2" |
        grep -E '\.(init|fini|preinit|ctors|dtors|tdata|tbss|got)' && return 1
    "$(tool "$1" readelf)" -rW "$2" | grep -E ' R_[A-Z0-9_]*(GOT|TLS|COPY|GLOB)' && return 1
    [ "$1" = x86_64 ] || return 0
    "$(tool "$1" objdump)" -d --no-show-raw-insn -M intel "$2" > "$file" # but for the fence's
    ! grep -E '\[rsp-' "$file" | grep -v $'\tlock or DWORD PTR \[rsp-0x8\],0x0'
}

# Each routine's instructions, by the table of the hosted library; on x86-64 16 bytes take the form
# without AVX. What stands for files of core and arch/order.c is told as members of core.
table() { # table TARGET ARCHIVE
    local target=$1 cpu folder=$work/table
    cpu=$(cpu_of "$target")
    rm -rf "$folder" && mkdir -p "$folder/core" "$folder/$target" && cp -r arch "$folder"
    ln -s "$PWD"/core/*.c "$folder/core" && ln -sf "$PWD"/freestanding/*.c "$folder/core"
    rm "$folder/core/features.c"
    if [ "$cpu" = x86_64 ]; then
        sed -i -Ez 's/feature avx; je A; vmovdqa [^;]*;( lock or \[stack-8\],0;)? ret;\n *A: //g' \
            "$folder/arch/ordering.tbl"
        sed -i -E 's/ (vmovq|vpextrq|vpinsrq),//g; /vmovdqa/d' "$folder/arch/mnemonics.tbl"
    fi
    cp "$2" "$folder/$target/libordo.a"
    "$(tool "$cpu" gcc)" -shared -nostdlib -o "$folder/$target/libordo.so" \
        -Wl,--whole-archive "$folder/$target/libordo.a" &&
        build/host/check --target="${target%-*}" --arch="$folder/arch" --core="$folder/core" \
            --objdump="$(tool "$cpu" objdump)" "$folder/$target/libordo.a"
}

# ---- headers and programs -----------------------------------------------------------------------

# No header but the compiler's own is in reach.
headers() { # headers TARGET LANGUAGE
    local cc own
    cc=$(compiler "$1")
    own=$($cc -print-file-name=include)
    [ "${own#/}" != "$own" ] || own=$($cc -print-resource-dir)/include
    echo '#include <ordo/freestanding.h>' |
        $cc -std="$2" -ffreestanding -nostdinc -isystem "$own" -Iinclude -Wall -Wextra \
            -Wpedantic -Werror -fsyntax-only -x "$3" - 2>&1
}

program() { # program TARGET FLAG...: bare.c as $work/bare
    local target=$1 cc
    shift
    cc=$(tool "$(cpu_of "$target")" gcc) # the library's maker does not matter to the linker
    "$cc" -std=gnu17 -O2 -Wall -Wextra -Werror -ffreestanding -fno-stack-protector -fno-pie \
        -Iinclude "$@" -nostdlib -static -no-pie $here/bare.c "$here/bare_$(cpu_of "$target").S" \
        "build/$target/libordo-freestanding.a" -o "$work/bare"
}

# run MODEL STATUS OUTPUT ARGUMENT...: what the program says and how it ends.
run() {
    local model=$1 wanted=$2 output=$3 said status=0
    shift 3
    said=$(timeout 60 toolchains/run "$cpu" "$model" "$work/bare" "$@" 2>&1) || status=$?
    echo "status $status, expected $wanted; output: $said"
    [ "$status" -eq "$wanted" ] && [[ $said == *"$output"* ]]
}

models_of() {
    case $1 in
        "$(uname -m)"*) echo native ;;
        aarch64-fat*) echo cortex-a57 neoverse-n1 ;;
        aarch64*) echo cortex-a57 ;;
        armv8.1*) echo neoverse-n1 ;;
        x86_64*) echo qemu64 ;;
    esac
}

programs() { # programs TARGET
    local target=$1 model lse trap
    for model in $(models_of "$target"); do
        lse=
        [[ $target@$model != aarch64*@neoverse-n1 ]] || lse="with LSE: "
        step "$target: a program with a panic of its own" program "$target" -DOWN_PANIC
        step "$target on $model: locks" run "$model" 0 "${lse}every lock held"
        step "$target on $model: misuse" run "$model" 3 \
            "panic: spin_lock.c: unlock of a lock that is not locked" misuse
        step "$target on $model: wrong ordering" run "$model" 3 "panic: atomic.h: " order
        step "$target on $model: no clock" run "$model" 3 "panic: freestanding: a deadline " deadline
        trap=132 # SIGILL
        [ "$cpu" = x86_64 ] || trap=133 # SIGTRAP
        step "$target: a program without" program "$target"
        step "$target on $model: the library's panic" run "$model" $trap "" misuse
    done
}

# bare.c on a machine without any system, at EL1, its two CPUs each started with the floating-point
# and vector registers switched off: an instruction that touched one would end it.
board() { # board TARGET MODEL OUTPUT
    local output
    "$(tool aarch64 gcc)" -std=gnu17 -O2 -Wall -Wextra -Werror -ffreestanding -fno-stack-protector \
        -mgeneral-regs-only -fno-pie -no-pie -Iinclude -DOWN_PANIC -nostdlib -static \
        -Wl,-Ttext=0x40200000 -Wl,--build-id=none $here/bare.c $here/board_aarch64.S \
        "build/$1/libordo-freestanding.a" -o "$work/board" || return 1
    output=$(timeout 60 qemu-system-aarch64 -M virt -cpu "$2" -smp 2 -m 64M -nic none -display none \
        -serial stdio -monitor none -semihosting-config enable=on,target=native -kernel "$work/board" \
        < /dev/null 2>&1)
    echo "status $?, output: $output"
    [ "${output%$'\r'}" = "$3" ]
}

for target in "$@"; do
    archive=build/$target/libordo-freestanding.a
    cpu=$(cpu_of "$target")
    step "$target: undefined symbols" closed "$cpu" "$archive"
    step "$target: registers" registers "$cpu" "$archive"
    step "$target: sections and relocations" layout "$cpu" "$archive"
    step "$target: instructions" table "$target" "$archive"
    case $target in *-clang | *-gcc)
        step "$target: headers in C" headers "$target" c17 c
        step "$target: headers in C++" headers "$target" c++17 c++ ;;
    esac
    programs "$target"
    if [ "$cpu" = aarch64 ] && command -v qemu-system-aarch64 > /dev/null; then
        case $target in armv8.1*) ;; *)
            step "$target on a bare cortex-a57" board "$target" cortex-a57 "every lock held" ;;
        esac
        case $target in aarch64-[gc]*) ;; *)
            step "$target on a bare neoverse-n1" board "$target" neoverse-n1 "with LSE: every lock held" ;;
        esac
    fi
    echo "$target: $(ar t "$archive" | wc -l) members," \
        "$(size -t "$archive" | awk 'END { print $1 + $2 + $3 }') bytes"
done

# ---- seeded faults ------------------------------------------------------------------------------

# fault CPU FLAGS CHECK SOURCE: a copy of the library with one more member.
fault() {
    local cpu=$1 flags=$2 check=$3 source=$4 target=x86_64-gcc
    [ "$cpu" = x86_64 ] || target=aarch64-fat-gcc
    cp "build/$target/libordo-freestanding.a" "$work/faulty.a"
    "$(tool "$cpu" gcc)" -O2 -ffreestanding -fno-pic $flags -c -o "$work/extra.o" -x c - <<< "$source" &&
        ar r "$work/faulty.a" "$work/extra.o" 2> /dev/null || return 1
    if $check "$cpu" "$work/faulty.a" > "$work/log" 2>&1; then
        echo "freestanding.sh: $check does not find: $source" >&2
        return 1
    fi
    found=$((found + 1))
}
found=0
add='double add(double x); double add(double x) { return x + 1; }'
[[ " $* " != *" x86_64-gcc "* ]] || {
    step "fault: a call" fault x86_64 "" closed 'void f(void); void g(void); void g(void) { f(); }'
    step "fault: memcpy" fault x86_64 "" closed \
        'void f(char *, long); void f(char *a, long n) { __builtin_memcpy(a, a + n, n); }'
    step "fault: floating point" fault x86_64 "" registers "$add"
    step "fault: a constructor" fault x86_64 "" layout \
        'static void f(void) {} void (*const at)(void) __attribute__((section(".init_array"))) = f;'
    step "fault: a table of addresses" fault x86_64 -fPIC layout \
        'extern int a; int f(void); int f(void) { return a; }'
    step "fault: data of a thread" fault x86_64 "" layout 'extern _Thread_local int a; _Thread_local int a;'
    step "fault: the red zone" fault x86_64 "" layout \
        '__attribute__((naked)) void f(void); void f(void) { __asm__("mov %rax, -16(%rsp); ret"); }'
    # A routine of the hosted library.
    cp build/x86_64-gcc/x86_64/load_u128.o build/x86_64-gcc/libordo-freestanding.a "$work"
    ar r "$work/libordo-freestanding.a" "$work/load_u128.o"
    for check in "registers x86_64" "table x86_64-gcc"; do
        step "fault: hosted load_u128, $check" eval "! $check '$work/libordo-freestanding.a'"
        found=$((found + 1))
    done
}
[[ " $* " != *" aarch64-fat-gcc "* ]] || {
    step "fault: floating point" fault aarch64 "" registers "$add"
    step "fault: x18" fault aarch64 "" registers 'void f(void); void f(void) { __asm__("mov x18, #1"); }'
}
command -v qemu-system-aarch64 > /dev/null || echo "bare machine: SKIP, qemu-system-aarch64 is not installed"
echo "seeded faults found: $found"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
