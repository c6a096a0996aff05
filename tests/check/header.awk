# header.awk: the declarations of include/ordo/symbols.h, preprocessed, are those of ops.tbl.
#
#   cc -E -P -Iinclude include/ordo/symbols.h | awk -f prototype.awk -f header.awk arch/ops.tbl -

{ text = text " " $0 }

function c_type(type)
{
    if (type == "u128") return "ordo_u128"
    return (type ~ /^i/ ? "int" : "uint") substr(type, 2) "_t"
}

END {
    gsub(/_Bool/, "bool", text)
    gsub(/[ \t]+/, " ", text)
    gsub(/ \(/, "(", text)
    count = split(text, declaration, ";")
    for (i = 1; i <= count; i++) {
        found = declaration[i] ";"
        sub(/^ /, "", found)
        if (!match(found, /ordo_[a-z0-9_]+\(/)) # a typedef of <stdint.h>
            continue
        symbol = substr(found, RSTART, RLENGTH - 1)
        if (!(symbol in kind_of)) {
            complain("symbols.h", symbol ": no symbol of ops.tbl")
            continue
        }
        declared[symbol]++
        wanted = prototype(kind_of[symbol], symbol, c_type(type_of[symbol]))
        if (found != wanted)
            complain("symbols.h", symbol ": expected \"" wanted "\", found \"" found "\"")
        else
            equal++
    }
    for (symbol in kind_of)
        if (declared[symbol] != 1)
            complain("symbols.h", symbol ": declared " declared[symbol] + 0 " times")
    printf "symbols.h: %d prototypes compared with ops.tbl\n", equal
    exit failed
}
