# banners.awk: each assembly file's banner shows the prototypes, as ops.tbl has them, of exactly the
# operations that its object defines.
#
#   nm -A x86_64-gcc/libordo.a | awk -f prototype.awk -f banners.awk arch/ops.tbl - arch/x86_64/*.S
#
# In a banner T stands for the type and <T>, <order> for their names in a symbol; an ordering that
# is the only one of its operation in the file is written out.

# nm: archive:load.o:0000000000000000 T ordo_load_u8_relaxed
FILENAME == "-" && $(NF - 1) == "T" && $NF in kind_of {
    split($1, part, ":")
    file = part[2]
    sub(/\.o$/, "", file)
    operation = operation_of[$NF]
    key = file SUBSEP operation
    defines[key] = $NF
    if (!((key, ordering_of[$NF]) in seen)) {
        seen[key, ordering_of[$NF]] = 1
        orderings_in[key]++
    }
    symbols++
}
FILENAME == "-" { next }

FNR == 1 {
    path = FILENAME
    file = path
    sub(/.*\//, "", file)
    sub(/\.S$/, "", file)
    in_banner = 1
    files[file] = path
}
in_banner && !/^\/\// { in_banner = 0 }
in_banner && /^\/\/   [A-Za-z].*\);$/ { shown[file, substr($0, 6)] = 1 }

END {
    for (key in defines) {
        split(key, part, SUBSEP)
        symbol = defines[key]
        type = type_of[symbol] == "-" ? "-" : "<T>"
        ordering = ordering_of[symbol]
        if (ordering != "-" && orderings_in[key] > 1)
            ordering = "<order>"
        wanted = prototype(kind_of[symbol], join(part[2], type, ordering), "T")
        if (!(part[1] in files))
            continue
        expected[part[1], wanted] = 1
        if ((part[1], wanted) in shown)
            equal++
        else
            complain(files[part[1]], "the banner lacks \"" wanted "\"")
    }
    for (key in shown)
        if (!(key in expected)) {
            split(key, part, SUBSEP)
            complain(files[part[1]], "the object does not define \"" part[2] "\"")
        }
    if (!symbols)
        complain("banners", "nm gives no symbols")
    sub(/\/[^\/]*$/, "", path)
    printf "%s: %d banner prototypes compared with ops.tbl\n", path, equal
    exit failed
}
