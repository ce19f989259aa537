//go:build race

package benchwork

const underRace = true
