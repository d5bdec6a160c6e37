/* Calls of kernel methods by label and words, for tests of what a caller may get wrong. Programs have typed calls. */
#pragma once
#include "lib/microk/method.h"

#define METHOD(cap, label, ...) \
	method_call((cap), (label), (const u64[]){__VA_ARGS__}, sizeof((u64[]){__VA_ARGS__}) / 8, NULL)
#define METHOD_RESULT(m, cap, label, ...) \
	method_call((cap), (label), (const u64[]){__VA_ARGS__}, sizeof((u64[]){__VA_ARGS__}) / 8, (m))
