# as_arch.awk: abi/outline/ordering.tbl in the terms of arch/ordering.tbl, so that the enumerator of
# tests/model can compile programs by it and judge them by the axioms of Armv8.
#
#   awk -f as_arch.awk arch/ordering.tbl abi/outline/ordering.tbl
#
# Loads, stores and fences, for which there are no helpers, and all of [x86_64], are arch's own; the
# other operations of [aarch64] and [armv8.1] are the helpers. C's seq_cst calls acq_rel.

#
# 16 bytes, of which the enumerator does not speak, and [aarch64-fat], which is the other two, are
# left out.

BEGIN {
    operation["cas"] = "compare_exchange compare_exchange_weak"
    operation["swp"] = "exchange"
    operation["ldadd"] = "fetch_add"
    operation["ldclr"] = "fetch_and"
    operation["ldeor"] = "fetch_xor"
    operation["ldset"] = "fetch_or"
    order["relax"] = "relaxed"
    order["acq"] = "acquire"
    order["rel"] = "release"
    order["acq_rel"] = "acq_rel,seq_cst"
    order["sync"] = "full"
}

/^#/ || NF == 0 { next }
/^\[/ { section = $1; print; next }
FNR == NR { # arch/ordering.tbl
    if (/^[^ ]/)
        kept = section == "[x86_64]" || ($1 ~ /^(load|store|fence)$/ && !/u128/)
    if (kept)
        print
    next
}
section == "[aarch64-fat]" { next }
/^[^ ]/ {
    kept = $0 !~ / 16/
    result = ""
    for (i = 1; $i != ":"; i++)
        result = result " " operation[$i]
    if (kept)
        print substr(result, 2) " : u8 u16 u32 u64"
    next
}
kept {
    if (!more) {
        orders = $1
        sub(/^ +[^ ]+/, "")
        count = split(orders, each, ",")
        orders = order[each[1]]
        for (i = 2; i <= count; i++)
            orders = orders "," order[each[i]]
        $0 = "    " orders $0
    }
    more = /;$/
    print
}
