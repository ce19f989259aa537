package script

import (
	"context"
	"os"

	"github.com/fakewire/fakewire/fakeserver"
)

// A File is scripts that were read from a file, or parsed of text. It is a [fakeserver.Handler]. Errors and mismatches
// name their lines.
type File struct {
	scripts *parsed
	source  *source
}

// Parse makes scripts of text; name is what errors call it. Its error has all that is wrong, each with its line. See the
// package's doc for how scripts are written.
func Parse(name, text string) (*File, error) {
	s, err := parse(nameOr(name), text, onStream)
	if err != nil {
		return nil, err
	}
	return &File{scripts: s}, nil
}

// ReadFile is Parse of a file. With FAKEWIRE_UPDATE=1 in the environment, expectations that are not met take what came
// instead, and the file is written again when the connection ends: see Refreshing in the package's doc.
func ReadFile(name string) (*File, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f, err := Parse(name, string(text))
	if err == nil {
		f.source = newSource(name, string(text), f.scripts.data)
	}
	return f, err
}

// Gates returns the gates at which steps hold: the server's Release, Rearm and AwaitHeld know them.
func (f *File) Gates() []string { return f.scripts.gates() }

// String returns the scripts as Parse reads them, without comments and with all data where it is used.
func (f *File) String() string { return f.scripts.format(onStream.word()) }

// ServeConn does the script for c's number. The last one is for all connections that follow.
func (f *File) ServeConn(ctx context.Context, c *fakeserver.Conn) error {
	news := f.source.refresher(c.Number(), onStream.word())
	err := serve(ctx, c, f.scripts.of(c.Number()), news)
	return news.save(err)
}
