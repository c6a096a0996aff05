# mutants.awk: lists the ordering mutants of one C file, for mutate.sh. One mutant a line:
#
#     line|offset|length|replacement|description
#
# which is the file with `length` bytes from `offset` on (counted from 0) replaced. Run with
# LC_ALL=C.
#
# Each ordering is weakened by one step, and one at a time:
#
#     updates    full -> seq_cst -> acq_rel -> acquire and release -> relaxed
#     loads      full -> seq_cst -> acquire -> relaxed      (the failure of a compare-exchange too)
#     stores     seq_cst -> release -> relaxed
#     fences     full -> seq_cst -> acq_rel -> acquire and release; and each one removed
#
# A heavy fence also becomes a light one. There are no mutants of ordo_load_acquire_rcpc and
# ordo_wait_for_change, whose names are their orderings.
#
# What is an ordering is read off the text, with comments and strings blanked: an ordo_<order> in
# the place of an ordering in the arguments of an operation. One that is passed to a function or a
# macro of the same file counts if that uses the parameter as an ordering. Where the place holds a
# call, as in `unless(relaxed_lock, ordo_acquire)`, the program's own ordering is the last in it.

BEGIN {
    weaker["load", "full"] = "seq_cst"
    weaker["load", "seq_cst"] = "acquire"
    weaker["load", "acquire"] = "relaxed"
    weaker["store", "seq_cst"] = "release"
    weaker["store", "release"] = "relaxed"
    weaker["update", "full"] = weaker["fence", "full"] = "seq_cst"
    weaker["update", "seq_cst"] = weaker["fence", "seq_cst"] = "acq_rel"
    weaker["update", "acq_rel"] = weaker["fence", "acq_rel"] = "acquire release"
    weaker["update", "acquire"] = weaker["update", "release"] = "relaxed"
}

{ text = text $0 "\n" }

# The same text, as long as before, with spaces for what is in comments, strings and characters.
function blanked(text,    out, at, c, two, end) {
    out = ""
    at = 1
    while (at <= length(text)) {
        c = substr(text, at, 1)
        two = substr(text, at, 2)
        end = at
        if (two == "/*") {
            end = at + 1
            while (end < length(text) && substr(text, ++end - 1, 2) != "*/")
                continue
        } else if (two == "//") {
            while (substr(text, end + 1, 1) != "\n")
                end++
        } else if (c == "\"" || c == "'") {
            while (substr(text, ++end, 1) != c)
                if (substr(text, end, 1) == "\\")
                    end++
        }
        if (end == at) {
            out = out c
        } else {
            c = substr(text, at, end - at + 1)
            gsub(/[^\n]/, " ", c)
            out = out c
        }
        at = end + 1
    }
    return out
}

# What kind of ordering argument number `place` of `name` is; "" if it is none.
function kind_of(name, place) {
    if (name == "ordo_load" && place == 2 || name == "ordo_load_bytes" && place == 4)
        return "load"
    if (name == "ordo_store" && place == 3 || name == "ordo_store_bytes" && place == 4)
        return "store"
    if (name ~ /^ordo_compare_exchange(_weak)?$/)
        return place == 4 ? "update" : place == 5 ? "load" : ""
    if (name ~ /^ordo_fetch_update(_if)?$/)
        return place == 2 ? "update" : place == 3 ? "load" : ""
    if (name == "ordo_thread_fence" && place == 1)
        return "fence"
    if (name ~ /^ordo_(exchange|fetch_[a-z]+|[a-z]+_fetch|add|sub|and|or|xor|bit_test_and_[a-z]+)$/)
        return place == 3 ? "update" : ""
    return ""
}

# An ordering at `at`, inside the brackets of name[], place[] and call[].
function ordering(order, at,    level, kind, nested) {
    nested = 0
    for (level = depth; level > 0; level--) {
        kind = kind_of(name[level], place[level])
        if (kind == "")
            kind = passed_on[name[level], place[level]]
        if (kind != "")
            break
        if (name[level] != "")
            nested = 1
    }
    if (kind == "")
        return
    if (!(nested && sites > 0 && site_key[sites] == call[level] "," place[level]))
        sites++
    site_key[sites] = call[level] "," place[level]
    site_at[sites] = at
    site_order[sites] = order
    site_kind[sites] = kind
    site_name[sites] = name[level]
}

# A parameter of the function or macro being defined that stands in the place of an ordering.
function parameter_used(word,    level, kind) {
    for (level = depth; level > 0; level--) {
        kind = kind_of(name[level], place[level])
        if (kind != "")
            passed_on[defining, parameter[word]] = kind
    }
}

function line_of(at) {
    while (line < lines && start[line + 1] <= at)
        line++
    while (start[line] > at)
        line--
    return line
}

function mutant(at, size, replacement, description) {
    printf "%d|%d|%d|%s|%s\n", line_of(at), at - 1, size, replacement, description
}

function forget_parameters() {
    defining = ""
    split("", parameter)
}

# Goes through the text word by word and keeps what brackets are open in name[] and so on. `define`
# says how far a #define is: at its name, at what follows the name, or inside its parameters.
function walk(code,    at, word, between, before, before_at, c, define) {
    at = 1
    before = "" # the previous word, if only spaces follow it
    while (match(substr(code, at), /[A-Za-z_][A-Za-z0-9_]*|[(){},;]|\n}|\n *#( *define)?/)) {
        between = substr(code, at, RSTART - 1)
        at += RSTART - 1
        word = substr(code, at, RLENGTH)
        c = substr(word, 1, 1)
        if (between ~ /[^ \n\\]/)
            before = ""
        if (define == "after name" && !(c == "(" && between == ""))
            define = ""
        if (c == "\n") { # the end of a function, or a directive
            depth = 0
            forget_parameters()
            define = word ~ /define/ ? "name" : ""
        } else if (c == "(" || c == "{") {
            depth++
            name[depth] = c == "(" ? before : ""
            place[depth] = 1
            call[depth] = before_at
            if (define == "after name") {
                define = "parameters"
                defining = before
            }
        } else if (c == ")" || c == "}") {
            if (name[depth] ~ /^ordo_(thread_fence|fence_light|fence_heavy)$/ &&
                substr(code, call[depth], at - call[depth]) !~ /void/)
                fence_call(name[depth], call[depth], at + 1 - call[depth])
            if (depth > 0)
                depth--
            if (define == "parameters")
                define = ""
        } else if (c == ",") {
            place[depth]++
        } else if (word ~ /^ordo_(relaxed|acquire|release|acq_rel|seq_cst|full)$/) {
            ordering(substr(word, 6), at)
        } else if (define == "name") {
            define = "after name"
        } else if (define == "parameters") {
            parameter[word] = place[depth]
        } else if (before == "ordo_order" && depth > 0) {
            defining = name[depth]
            parameter[word] = place[depth]
        } else if (word in parameter) {
            parameter_used(word)
        }
        before = c ~ /[A-Za-z_]/ ? word : ""
        before_at = at
        at += length(word)
    }
}

function fence_call(fence, at, size) {
    fences++
    fence_name[fences] = fence
    fence_at[fences] = at
    fence_size[fences] = size
}

END {
    code = blanked(text)
    lines = 1
    start[1] = 1
    for (i = 1; i <= length(text); i++)
        if (substr(text, i, 1) == "\n")
            start[++lines] = i + 1
    line = 1
    forget_parameters()
    walk(code)
    for (i = 1; i <= sites; i++) {
        count = split(weaker[site_kind[i], site_order[i]], to, " ")
        for (j = 1; j <= count; j++)
            mutant(site_at[i], length("ordo_" site_order[i]), "ordo_" to[j],
                   site_name[i] ": " site_order[i] " -> " to[j])
    }
    for (i = 1; i <= fences; i++) {
        if (fence_name[i] == "ordo_fence_heavy")
            mutant(fence_at[i], length(fence_name[i]), "ordo_fence_light", "heavy fence -> light")
        mutant(fence_at[i], fence_size[i], "(void)0", fence_name[i] ": removed")
    }
}
