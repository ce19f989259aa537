// Package words puts numbers into words, for messages.
package words

import "fmt"

// Count returns n and a noun, such as "1 byte" or "2 bytes".
func Count[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
