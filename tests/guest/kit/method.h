/*
 * Calls of kernel methods by label and words: for calls that the typed ones (gen/lib/microk/methods.h) cannot express:
 * labels that no method has, labels that a loop counts, words that the method does not take, and answers of which all
 * registers are looked at. Every other call of a method in a test is a typed one, or a short form of it
 * (tests/guest/kit/short.h): a typed call takes wrong capabilities and numbers as well as right ones. tests/test_methods.py
 * holds the tests to it.
 */
#pragma once
#include "lib/microk/method.h"

#define RAW_METHOD(cap, label, ...) \
	method_call((cap), (label), (const u64[]){__VA_ARGS__}, sizeof((u64[]){__VA_ARGS__}) / 8, NULL)
#define RAW_METHOD_RESULT(m, cap, label, ...) \
	method_call((cap), (label), (const u64[]){__VA_ARGS__}, sizeof((u64[]){__VA_ARGS__}) / 8, (m))
