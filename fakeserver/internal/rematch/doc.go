// Package rematch matches regular expressions against a stream as it comes.
//
// Package regexp needs the whole text, or a reader that it may block in and read past the match from. A server that answers
// once it has seen enough has neither. This is a machine for the programs of regexp/syntax that is fed pieces of a stream,
// however it is cut, and says as soon as it is certain: this is a match, or nothing that comes can make it one. What it finds
// is what package regexp finds in the whole, with the same priorities and the same view of invalid UTF-8 (each
// byte is U+FFFD); what looks at the character after the match, as \b and (?m:$) do, waits for it.
//
// The machine's memory is bounded by the size of the program, and the text that it holds back by the caller.
package rematch
