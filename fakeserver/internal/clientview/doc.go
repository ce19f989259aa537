// Package clientview tests what Go's client sees of each fault and of each state of a server,
// row by row, and that the tables in the doc of package fakeserver say so.
package clientview
