/* The fakes of test_log.c, for the tests of the log's content. */
#pragma once

/* Nothing is on the outputs, and all of the log's text is shown. */
void log_begin(void);

void log_show_all(void);

/* This text is on the screen, and no other. */
void log_want(const char *text);

void test_reports(void);
