package main

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// message is any message of the contract: each has a number as its first field, and a number or bytes as its second.
type message struct {
	first  int64
	second int64
	bytes  []byte
}

// codec encodes messages by hand, so that no code has to be generated.
type codec struct{}

func (codec) Name() string { return "proto" }

func (codec) Marshal(value any) ([]byte, error) {
	m, ok := value.(*message)
	if !ok {
		return nil, fmt.Errorf("%T is no message", value)
	}
	data := make([]byte, 0, 22+len(m.bytes))
	if m.first != 0 {
		data = protowire.AppendTag(data, 1, protowire.VarintType)
		data = protowire.AppendVarint(data, uint64(m.first))
	}
	if m.second != 0 {
		data = protowire.AppendTag(data, 2, protowire.VarintType)
		data = protowire.AppendVarint(data, uint64(m.second))
	}
	if m.bytes != nil {
		data = protowire.AppendTag(data, 2, protowire.BytesType)
		data = protowire.AppendBytes(data, m.bytes)
	}
	return data, nil
}

func (codec) Unmarshal(data []byte, value any) error {
	m, ok := value.(*message)
	if !ok {
		return fmt.Errorf("%T is no message", value)
	}
	*m = message{}
	for len(data) > 0 {
		number, kind, length := protowire.ConsumeTag(data)
		if length < 0 {
			return protowire.ParseError(length)
		}
		data = data[length:]
		switch {
		case kind == protowire.VarintType && (number == 1 || number == 2):
			var value uint64
			value, length = protowire.ConsumeVarint(data)
			if number == 1 {
				m.first = int64(value)
			} else {
				m.second = int64(value)
			}
		case kind == protowire.BytesType && number == 2:
			var value []byte
			value, length = protowire.ConsumeBytes(data)
			m.bytes = append([]byte{}, value...)
		default:
			return errors.New("no message of the benchmark has such a field")
		}
		if length < 0 {
			return protowire.ParseError(length)
		}
		data = data[length:]
	}
	return nil
}
