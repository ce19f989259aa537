// Package specimen is the clients and loggers that the search of package explore is judged by:
// small ones, each with one honest bug of a class that is known from public programs, and right
// ones, which the search must not accuse.
//
// Each is written as its author would have: nothing in it knows of faults or of the search. What a
// bug is like in public is said where it is: an issue in which somebody met it. The code is not
// taken from there.
//
// They were written before the search was tuned on them. Who changes one says so in its commit.
package specimen
