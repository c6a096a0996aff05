// expect: read-only|read only|not assignable|const-qualified
// compilers: gcc clang
#include <ordo/ordo.h>
struct settings { int port; };
ORDO_ARC(settings_arc, settings_weak, struct settings);
void wrong(settings_arc *arc);
void wrong(settings_arc *arc)
{
    arc->value->port = 1;
}
