package transcript_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A file of a record that was cut off, as by the end of the machine, still tells what came before.
func ExampleRead() {
	file := `{"fakewire":1,"name":"TestPing","network":"tcp","address":"127.0.0.1:4242"}
{"seq":1,"at":0.25,"conn":1,"kind":"accept","peer":"127.0.0.1:51402"}
{"seq":2,"at":0.5,"conn":1,"direction":"from-client","kind":"data","data":"PING\r\n"}
{"seq":3,"at":0.75,"co`
	rec, err := transcript.Read(strings.NewReader(file))
	fmt.Println(err, errors.Is(err, transcript.ErrCutOff))
	fmt.Print(rec.Transcript)
	// Output:
	// transcript: the recording was cut off in line 4 true
	// transcript of TestPing (tcp 127.0.0.1:4242): 1 conn, 2 events
	//     1    0.250000s  conn 1              accept    127.0.0.1:51402
	//     2    0.500000s  conn 1   client ->  data      @0 6 B "PING\r\n"
}

// A Reader looks at a recording of any length, event by event.
func ExampleReader() {
	file := `{"fakewire":1,"network":"udp"}
{"seq":1,"at":0.25,"conn":1,"direction":"from-client","kind":"datagram","offset":1,"data":"one","peer":"127.0.0.1:51402"}
{"seq":2,"at":0.5,"conn":1,"direction":"from-client","kind":"datagram","offset":2,"data":"three","peer":"127.0.0.1:51402"}
{"events":2}
`
	r, err := transcript.NewReader(strings.NewReader(file))
	if err != nil {
		fmt.Println(err)
		return
	}
	size := int64(0)
	for {
		e, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		size += e.Size()
	}
	fmt.Println(size, "bytes")
	// Output: 8 bytes
}

// A Printer shows the events of a recording of any length as Dump does, as they are read.
func ExamplePrinter() {
	file := `{"fakewire":1,"network":"udp"}
{"seq":1,"at":0.25,"conn":1,"direction":"from-client","kind":"datagram","offset":1,"data":"one","peer":"127.0.0.1:51402"}
{"events":1}
`
	r, err := transcript.NewReader(strings.NewReader(file))
	if err != nil {
		fmt.Println(err)
		return
	}
	p := transcript.Printer{Header: r.Header()}
	for {
		e, err := r.Next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = p.Print(os.Stdout, e)
		}
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output:
	//     1    0.250000s  peer 1   client ->  datagram  #1 127.0.0.1:51402 3 B "one"
}

// A Writer makes a recording event by event.
func ExampleWriter() {
	w, err := transcript.NewWriter(os.Stdout, transcript.Header{Name: "upstream", Network: "tcp"}, transcript.Origin{})
	if err != nil {
		fmt.Println(err)
		return
	}
	w.Write(transcript.Event{Seq: 1, At: 250 * time.Millisecond, Conn: 1, Kind: transcript.Accept, Peer: "127.0.0.1:51402"})
	w.Write(transcript.Event{Seq: 2, At: 500 * time.Millisecond, Conn: 1, Direction: transcript.FromClient, Kind: transcript.Data, Data: []byte("PING\r\n")})
	if err := w.Close(nil); err != nil { // that of an earlier call, too
		fmt.Println(err)
	}
	// Output:
	// {"fakewire":1,"name":"upstream","network":"tcp"}
	// {"seq":1,"at":0.25,"conn":1,"kind":"accept","peer":"127.0.0.1:51402"}
	// {"seq":2,"at":0.5,"conn":1,"direction":"from-client","kind":"data","data":"PING\r\n"}
	// {"events":2}
}

func ExampleRecording_WriteTo() {
	rec, err := transcript.Read(strings.NewReader(`{"fakewire":1,"network":"tcp"}` + "\n" + `{"events":0}` + "\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	rec.Origin.Test = "TestPing"
	var file bytes.Buffer
	if _, err := rec.WriteTo(&file); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(file.String())
	// Output:
	// {"fakewire":1,"network":"tcp","test":"TestPing"}
	// {"events":0}
}
