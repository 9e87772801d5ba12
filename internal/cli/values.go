package cli

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// These types parse the values of flags and variables. kong puts the name of the flag before their errors.
type (
	durations    struct{}
	numbers      struct{}
	wholeNumbers struct{}
	switches     struct{}
)

// text returns the next value as it was written.
func text(ctx *kong.DecodeContext) string { return fmt.Sprint(ctx.Scan.Pop().Value) }

// Decode implements kong.Mapper.
func (durations) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	value := text(ctx)
	d, err := time.ParseDuration(value)
	if err != nil {
		return fmt.Errorf("%s is no length of time: write a number with its unit, such as 500ms, 30s or 2m", excerpt(value))
	}
	target.SetInt(int64(d))
	return nil
}

// Decode implements kong.Mapper.
func (numbers) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	value := text(ctx)
	number, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return fmt.Errorf("%s is no number: write one such as 25 or 0.5", excerpt(value))
	}
	target.SetFloat(number)
	return nil
}

// Decode implements kong.Mapper.
func (wholeNumbers) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	value := text(ctx)
	number, err := strconv.Atoi(value)
	if err != nil {
		return fmt.Errorf("%s is no whole number: write one such as 8", excerpt(value))
	}
	target.SetInt(int64(number))
	return nil
}

// Decode implements kong.Mapper.
func (switches) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	if ctx.Scan.Peek().Type != kong.FlagValueToken {
		target.SetBool(true)
		return nil
	}
	value := text(ctx)
	switch strings.ToLower(value) {
	case "true", "yes", "on", "1":
		target.SetBool(true)
	case "false", "no", "off", "0":
		target.SetBool(false)
	default:
		return fmt.Errorf("%s is neither true nor false", excerpt(value))
	}
	return nil
}

// IsBool implements kong.BoolMapper: a flag alone means true.
func (switches) IsBool() bool { return true }
