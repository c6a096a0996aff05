# source.awk: rules on the text of the assembly files, arch/*/*.S.
#
#   awk -f source.awk arch/*/*.S
#
# All: the banner is complete, lines fit 100 columns, mnemonics are written whole (`grep ldaxr`
# finds every use). x86-64: what GNU as, Clang and NASM would read differently, most of it silently.

function complain(message)
{
    print FILENAME ":" FNR ": " message > "/dev/stderr"
    failed = 1
}

function end_of_file()
{
    if (path && field < fields) {
        print path ": the banner has no \"" name[field + 1] "\"" > "/dev/stderr"
        failed = 1
    }
}

# The line without its comments; /* ... */ may go on over lines.
function code_of(line)
{
    if (in_comment) {
        if (!index(line, "*/"))
            return ""
        sub(/^.*\*\//, "", line)
        in_comment = 0
    }
    gsub(/\/\*([^*]|\*[^\/])*\*\//, "", line)
    if (match(line, /\/\*/)) {
        line = substr(line, 1, RSTART - 1)
        in_comment = 1
    }
    sub(/\/\/.*/, "", line)
    sub(/[ \t]+$/, "", line)
    return line
}

BEGIN { fields = split("in: out: clobbers: order: assumes:", name, " ") }

FNR == 1 {
    end_of_file()
    path = FILENAME
    file = path
    sub(/.*\//, "", file)
    x86 = path ~ /x86_64\//
    field = 0
    in_banner = 1
    in_comment = 0
    if (index($0, "// " file ": ") != 1)
        complain("the first line must be \"// " file ": summary\"")
}

length($0) > 100 { complain("longer than 100 columns") }
/\t/ { complain("has a tab") }

in_banner && !/^\/\// { in_banner = 0 }
in_banner && /^\/\/ [a-z]+: / {
    if ($2 == name[field + 1])
        field++
    else
        complain("banner field \"" $2 "\", expected \"" name[field + 1] "\"")
}

{ code = code_of($0) }
code ~ /^ *$/ { next }

# The first word of an instruction is a mnemonic, or one macro argument that is a whole mnemonic.
{
    word = code
    sub(/^ *([A-Za-z0-9_.\\()]*:)? */, "", word)
    sub(/ .*/, "", word)
    if (word ~ /[^ \\]\\/ || word ~ /\\\(\)/)
        complain("pastes a mnemonic together: " word)
    if (code ~ /##/)
        complain("pastes tokens with ##")
}

!x86 { next }
code ~ /;/ { complain("`;` separates in GNU as and starts a comment in NASM") }
code ~ /^ *#/ && code !~ /^ *#(include|define|undef|if|ifdef|ifndef|else|elif|endif)/ {
    complain("`#` is no comment in NASM")
}
code ~ /(byte|word) *\[/ { complain("a size needs `ptr`: GNU as reads `dword [rdi]` as [rdi+4]") }
code ~ /xmmword ptr/ { complain("NASM does not know `xmmword ptr`") }
code ~ /(^|[^a-z])lock([^a-z]|$)/ && code !~ /^ +lock$/ {
    complain("`lock` needs a line of its own: assemblers order its prefix differently")
}
code ~ /^ *[0-9]+:/ || code ~ /[ ,][0-9]+[bf]$/ { complain("NASM has no numeric labels") }
code ~ /^[A-Za-z_.$][A-Za-z0-9_.$]*:/ && code !~ /^\.L[a-z0-9_]+:$/ {
    complain("a label must be .L<function>_<what>, alone on its line")
}
code ~ /^ *\./ && code !~ /^\.L/ { complain("a directive that not every assembler knows") }

END {
    end_of_file()
    exit failed
}
