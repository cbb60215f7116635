package main

import (
	"context"
	"io"
	"sync"

	"google.golang.org/grpc"
)

// queued is how many published messages may wait for a subscriber before the publisher does.
const queued = 1024

// service is the BenchService, with the handlers that one would write.
type service struct {
	mutex sync.Mutex
	// subscribers are those who get what is published, each with what tells that it has left.
	subscribers map[chan *message]<-chan struct{}
}

func serverStreaming(_ *service, stream grpc.ServerStream) error {
	request := new(message)
	if err := stream.RecvMsg(request); err != nil {
		return err
	}
	var payload []byte
	if request.second > 0 {
		payload = make([]byte, request.second)
	}
	for number := int64(0); number < request.first; number++ {
		if err := stream.SendMsg(&message{first: number, bytes: payload}); err != nil {
			return err
		}
	}
	return nil
}

func clientStreaming(_ *service, stream grpc.ServerStream) error {
	return addUp(stream, func(*message) {})
}

func bidi(_ *service, stream grpc.ServerStream) error {
	for {
		received := new(message)
		if err := stream.RecvMsg(received); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := stream.SendMsg(received); err != nil {
			return err
		}
	}
}

func subscribe(s *service, stream grpc.ServerStream) error {
	if err := stream.RecvMsg(new(message)); err != nil {
		return err
	}
	published := make(chan *message, queued)
	s.mutex.Lock()
	s.subscribers[published] = stream.Context().Done()
	s.mutex.Unlock()
	defer func() {
		s.mutex.Lock()
		delete(s.subscribers, published)
		s.mutex.Unlock()
	}()
	if err := stream.SendMsg(&message{first: -1}); err != nil {
		return err
	}
	for {
		select {
		case next := <-published:
			if err := stream.SendMsg(next); err != nil {
				return err
			}
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
	}
}

func publish(s *service, stream grpc.ServerStream) error {
	return addUp(stream, func(received *message) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		for subscriber, left := range s.subscribers {
			select {
			case subscriber <- received:
			case <-left:
			}
		}
	})
}

func addUp(stream grpc.ServerStream, onMessage func(*message)) error {
	var summary message
	for {
		received := new(message)
		if err := stream.RecvMsg(received); err == io.EOF {
			return stream.SendMsg(&summary)
		} else if err != nil {
			return err
		}
		summary.first++
		summary.second += received.first
		onMessage(received)
	}
}

// description is what protoc-gen-go-grpc would write.
var description = grpc.ServiceDesc{
	ServiceName: "streamworks.bench.BenchService",
	HandlerType: (*any)(nil),
	Methods:     []grpc.MethodDesc{{MethodName: "Unary", Handler: unary}},
	Streams: []grpc.StreamDesc{
		{StreamName: "ServerStreaming", Handler: toHandler(serverStreaming), ServerStreams: true},
		{StreamName: "ClientStreaming", Handler: toHandler(clientStreaming), ClientStreams: true},
		{StreamName: "Bidi", Handler: toHandler(bidi), ServerStreams: true, ClientStreams: true},
		{StreamName: "Subscribe", Handler: toHandler(subscribe), ServerStreams: true},
		{StreamName: "Publish", Handler: toHandler(publish), ClientStreams: true},
	},
}

func unary(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	request := new(message)
	return request, decode(request)
}

func toHandler(handle func(*service, grpc.ServerStream) error) grpc.StreamHandler {
	return func(server any, stream grpc.ServerStream) error { return handle(server.(*service), stream) }
}
