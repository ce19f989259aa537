//go:build !race

package explore_test

const share = 1

const underRace = false
