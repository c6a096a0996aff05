#!/usr/bin/env bash
# bites.sh: do the tests of the audit and of the wrapper bite? Seeds each of these faults into a copy
# of the tools and runs a part of audit.sh, which has to fail. Minutes; run by hand, after `make
# run-audit` has built the libraries.
#
#   bites.sh [PATTERN]       only the faults whose line contains PATTERN
set -euo pipefail
cd "$(dirname "$0")/../.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard Makefile arch core include tests toolchains \
    tools abi bench demo | xargs -0 cp -p --parents -t "$copy"
mkdir "$copy/build"
ln -s "$PWD"/build/{x86_64-gcc,aarch64-fat-gcc} "$copy/build"
cp -a build/host build/asan "$copy/build"
cd "$copy"
unset MAKEFLAGS MFLAGS MAKEOVERRIDES

# file | text of it | what takes its place | the part that has to notice
faults='
known.c | memcmp(section->bytes + at, code + (at - symbol->offset), hole.from - at) != 0 | false | elsewhere
known.c | case R_X86_64_REX_GOTPCRELX: | case R_X86_64_NUM: | served
audit_scan.c | return may_have_ordo(audit->file->objects) && | return | elsewhere
audit_scan.c | if (!known_find(audit->runtime(audit->file), symbol->name, | if (known_find(audit->runtime(audit->file), symbol->name, | elsewhere
audit_scan.c | (!is_abi_name(name) || is_ordo_throughout(audit, symbol->object)) | true | elsewhere
audit_scan.c | strchr(instruction->operands, | strlen(instruction->operands + 0 * | left
audit_scan.c | strcmp(mnemonic, "mfence") == 0 | false | left
audit_scan.c | starts(mnemonic, "lock ") | starts(mnemonic, "lock x") | left
audit_scan.c | "clrex dmb dsb isb" | "dmb dsb isb" | left
audit_scan.c | "stclr", | "stclx", | left
audit_scan.c | with_order[i], "al" | with_order[i], "l" | left
audit_scan.c | function->owner = owner_runtime; | ; | served
audit_scan.c | import = import_of_stub(audit, target); | ; | elsewhere
audit_scan.c | return audit->left_count != 0; | return false; | left
audit_lines.c | removed = address == 0 | removed = true | left
audit_lines.c | "-fno-inline-atomics" | "" | elsewhere
audit_libraries.c | getenv("LD_LIBRARY_PATH") | NULL | elsewhere
audit_libraries.c | *folder && !file; folder++ | !*folder && !file; folder++ | elsewhere
audit.c | !program->objects->linked | false | refused
audit.c | !has_code(program->objects) | false | refused
machine_code.c | header.e_ident[EI_CLASS] != ELFCLASS64 | false | refused
machine_code.c | return text ? text : "" | return text | damage
machine_code.c | (!data || data->d_size != header.sh_size) | false | refused
machine_code.c | for_each_section(object, SHT_DYNSYM, read_symbols); | ; | elsewhere
machine_code.c | read_extents(object); | (void)read_extents; | served
ordo-cc.in | exec $compiler "$@" $flags | exec $compiler "$@" | cmake
ordo-cc.in | -latomic|-l:libatomic.a | -l:libatomic.a | arguments
ordo-cc.in | -l) [ "$argument" != atomic ] | -l) [ "$argument" != nothing ] | arguments
ordo-cc.in | set -- "$@" -x none | : | arguments
ordo-cc.in | -Wl,--whole-archive | -Wl,--no-whole-archive | served
ordo-cc.in | flags='\''-fno-inline-atomics -moutline-atomics'\'' | flags=-moutline-atomics | served
ordo-cc.in | flags=-moutline-atomics cpu | flags=-mno-outline-atomics cpu | clang
ordo-cc.in | -c|-S|-E| | -S|-E| | arguments
ordo-cc.in | [ $audit = strict ] || | | arguments
'
make -s SETUP=no WARNINGS= tools build/asan/damage > build.log 2>&1
killed=0
survived=0
while IFS='|' read -r line; do
    [[ -n $line && $line == *"${1-}"* ]] || continue
    IFS=$'\t' read -r file from to part <<< "$(sed 's/ | /\t/g' <<< "$line")"
    cp -p "tools/$file" original
    from=$from to=$to perl -0pi -e 's/\Q$ENV{from}\E/$ENV{to}/g' "tools/$file"
    if cmp -s "tools/$file" original; then
        echo "bites.sh: changes nothing: $line"
        exit 1
    fi
    if ! make -s SETUP=no WARNINGS= tools build/asan/damage > build.log 2>&1; then
        echo "bites.sh: does not compile: $line"
        sed 's/^/    /' build.log
        exit 1
    fi
    if tests/audit/audit.sh "$part" > run.log 2>&1; then
        survived=$((survived + 1))
        echo "survived: $line"
    else
        killed=$((killed + 1))
        echo "killed: $line"
    fi
    mv original "tools/$file"
    touch "tools/$file"
done <<< "$faults"
echo "$killed faults found, $survived survived"
[ $survived -eq 0 ]
