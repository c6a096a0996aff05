# prototype.awk: what a row of ops.tbl says about prototypes; loaded in front of banners.awk and
# header.awk. Reads the table, the first file on the command line, into kind_of[operation].
#
# prototype(kind, name, type) is the C declaration of `name` whose value type is `type`, as the head
# of ops.tbl gives it for each kind.

function prototype(kind, name, type)
{
    if (kind == "load")    return type " " name "(const volatile " type " *object);"
    if (kind == "store")   return "void " name "(volatile " type " *object, " type " value);"
    if (kind == "fetch")   return type " " name "(volatile " type " *object, " type " value);"
    if (kind == "compare") return "bool " name "(volatile " type " *object, " type " *expected, " \
                                  type " desired);"
    if (kind == "pair")    return "bool " name "(volatile " type " *object, " type " *expected, " \
                                  type " desired, int success, int failure);"
    if (kind == "update")  return "void " name "(volatile " type " *object, " type " value);"
    if (kind == "bit")     return "bool " name "(volatile " type " *object, unsigned int index);"
    if (kind == "wait")    return "bool " name "(const volatile " type " *object, " type \
                                  " old, uint64_t timeout_ns);"
    return "void " name "(void);" # fence, hint
}

function complain(where, message)
{
    print where ": " message > "/dev/stderr"
    failed = 1
}

function join(operation, type, ordering)
{
    return "ordo_" operation (type == "-" ? "" : "_" type) (ordering == "-" ? "" : "_" ordering)
}

NR == FNR && (/^#/ || NF == 0) { next }
NR == FNR {
    types = split($3, type_list, ",")
    orderings = split($4, ordering_list, ",")
    for (t = 1; t <= types; t++)
        for (o = 1; o <= orderings; o++) {
            symbol = join($2, type_list[t], ordering_list[o])
            kind_of[symbol] = $1
            operation_of[symbol] = $2
            type_of[symbol] = type_list[t]
            ordering_of[symbol] = ordering_list[o]
        }
    next
}
