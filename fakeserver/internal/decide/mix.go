package decide

// Mix derives a seed from a seed and a name, such as that of a test.
func Mix(seed uint64, name string) uint64 {
	for i := range len(name) {
		seed = Scramble(seed ^ uint64(name[i]))
	}
	return Scramble(seed)
}

// Scramble is the finalizer of SplitMix64: each bit of x changes half of the result's.
func Scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
