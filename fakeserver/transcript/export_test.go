package transcript

const (
	MaxLines = maxLines
	MinEnds  = minEnds
)

var (
	HumanSize = humanSize
	Grouped   = grouped
)
