// The server of the benchmark on grpc-go. It says as a line of JSON where it listens, answers each line of JSON with what it has
// used so far, and ends with its input.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"net"
	"os"

	"google.golang.org/grpc"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(grpc.ForceServerCodec(codec{}))
	server.RegisterService(&description, &service{subscribers: map[chan *message]<-chan struct{}{}})
	go func() { log.Fatal(server.Serve(listener)) }()

	output := json.NewEncoder(os.Stdout)
	say(output, map[string]int{"port": listener.Addr().(*net.TCPAddr).Port})
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		var request struct {
			Collect bool `json:"collect"`
		}
		if err := json.Unmarshal(input.Bytes(), &request); err != nil {
			log.Fatal(err)
		}
		used, err := readUsage(request.Collect)
		if err != nil {
			log.Fatal(err)
		}
		say(output, used)
	}
}

func say(output *json.Encoder, value any) {
	if err := output.Encode(value); err != nil {
		log.Fatal(err)
	}
}
