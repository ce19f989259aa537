//go:build !race

package explore_test

const share = 1
