package transcript

const (
	MaxLines = maxLines
	MinEnds  = minEnds
)
