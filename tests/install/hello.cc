// hello.cc: the same program in C++.
#include "hello.c"
