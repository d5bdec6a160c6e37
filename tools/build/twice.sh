#!/bin/sh
# twice.sh NM OBJECT...: fails if two objects of a library define the same name. A linker takes the first one that it needs, and reports
# nothing: so a file of the library could stand in for another one, in every program.
set -eu
"$@" -A -P -g --defined-only | awk '
	{ object = substr($1, 1, length($1) - 1); sub(/@.*/, "", $2) } # a linker finds name@@VERSION by its name, too
	$2 in defined { printf "%s: multiple definition of `%s'\''; first defined in %s\n", object, $2, defined[$2]; twice = 1 }
	{ defined[$2] = object }
	END { exit twice }' >&2
