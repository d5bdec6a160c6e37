/* The parts of `show`. Each takes its words as main does: the first is its own name. */
#pragma once

int show_kin(int count, char **words);
int show_ask(int count, char **words);
int show_count(int words, char **word);
int show_relay(int count, char **words);
