package benchwork

// A Curve is how a cost grows with the number of something: of connections, events, rules, servers.
type Curve struct {
	Name string
	What string // in words, as in "memory of an idle connection"
	Of   string // what there are N of: "connections"
	Unit string // of a Value: "KiB", "µs"
	Most int    // the largest N that it is for: more would need more memory, or descriptors, than machines have

	// Points measures the cost at some numbers up to max, the smallest first.
	Points func(max int) ([]Point, error)
	// Raw is the same with package net. If nil, there is no such thing.
	Raw func(max int) ([]Point, error)
}

// A Point is the cost of one of N. The Value of a cost that does not grow is the same for each N.
type Point struct {
	N     int
	Value float64
}

// Sizes returns 1, 10, 100 and so on up to max, and max.
func Sizes(max int) (all []int) {
	for n := 1; n < max; n *= 10 {
		all = append(all, n)
	}
	return append(all, max)
}

// Curves returns every curve that needs no process of its own.
func Curves() []Curve {
	var all []Curve
	for _, some := range [][]Curve{eventCurves} {
		all = append(all, some...)
	}
	return all
}
