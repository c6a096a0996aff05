# symbols.awk: ops.tbl -> one line per symbol for C: ORDO_SYMBOL(name, kind, operation, type, ordering)
# with `none` where the table has "-". A test includes the result after defining ORDO_SYMBOL.
/^#/ || NF == 0 { next }
NF != 4 { printf "%s:%d: a row has four columns: kind operation types orderings\n", FILENAME, FNR > "/dev/stderr"; exit 1 }
{
    types = split($3, type, ",")
    orderings = split($4, ordering, ",")
    for (t = 1; t <= types; t++)
        for (o = 1; o <= orderings; o++) {
            name = "ordo_" $2
            if (type[t] != "-") name = name "_" type[t]
            if (ordering[o] != "-") name = name "_" ordering[o]
            printf "ORDO_SYMBOL(%s, %s, %s, %s, %s)\n", name, $1, $2, \
                type[t] == "-" ? "none" : type[t], ordering[o] == "-" ? "none" : ordering[o]
        }
}
