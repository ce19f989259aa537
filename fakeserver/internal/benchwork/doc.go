// Package benchwork holds what the benchmarks measure: each work twice, by plain
// package net and by fakeserver. The benchmarks of package fakeserver and the
// command benchratio run the same bodies.
//
// A body makes its servers and clients, has its clock running only while it does
// what counts, checks that everything arrived, and leaves nothing behind. All
// traffic is on loopback, and every client has a deadline.
package benchwork
