package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"siteerror/internal/config"
	"siteerror/internal/markdown"
)

const configFlag = "config"

// Marks of flags.
const (
	pathOption   = "path" // it names files: in siteerror.yaml they are relative to its folder, wherever the command runs
	secretOption = "secret"
)

// origins tell where each flag's value comes from, for those that were set:
// "--addr", "SITEERROR_ADDR", "siteerror.yaml:12".
type origins map[string]string

// settle gives every flag of cmd its value: the command line's, else the
// environment's, else siteerror.yaml's, else the default. The file is that of
// --config, or siteerror.yaml in the working directory if there is one; it is
// returned, or nil.
func settle(cmd *cobra.Command) (*config.File, origins, error) {
	flags, from := cmd.Flags(), origins{}
	var failed error
	flags.VisitAll(func(f *pflag.Flag) {
		value, ok := os.LookupEnv(environment(f.Name))
		list := f.Value.Type() == "stringArray"
		if value == "" && !list && f.Value.Type() != "string" {
			ok = false // an empty number is none
		}
		switch {
		case f.Changed:
			from[f.Name] = "--" + f.Name
		case ok && failed == nil && f.Name != "help":
			from[f.Name] = environment(f.Name)
			values := []string{value}
			if list {
				values = items(value)
			}
			if err := set(f, values); err != nil {
				failed = usageError{fmt.Errorf("%s: %w", environment(f.Name), err)}
			}
		}
	})
	if failed != nil {
		return nil, nil, failed
	}
	file, err := readConfig(flags)
	if err != nil || file == nil {
		return nil, from, err
	}
	known := cmd.Root().Flags() // those of serve
	for _, s := range file.Server {
		at := fmt.Sprintf("%s:%d", file.Path, s.Line)
		switch {
		case known.Lookup(s.Name) == nil || s.Name == "help" || s.Name == configFlag:
			failed = fmt.Errorf("%s: there is no option %q; see siteerror serve --help", at, s.Name)
		case flags.Lookup(s.Name) != nil && from[s.Name] == "":
			f := flags.Lookup(s.Name)
			values := s.Values
			if f.Annotations[pathOption] != nil {
				values = below(filepath.Dir(file.Path), values)
			}
			if f.Value.Type() != known.Lookup(s.Name).Value.Type() {
				continue // new --content names one folder, serve's names many
			}
			from[s.Name] = at
			if err := set(f, values); err != nil {
				failed = fmt.Errorf("%s: %s: %w", at, s.Name, err)
			}
		}
		if failed != nil {
			return nil, nil, usageError{failed}
		}
	}
	return file, from, nil
}

// items are the parts of a list that is written with commas.
func items(list string) (values []string) {
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item != "" {
			values = append(values, item)
		}
	}
	return values
}

// set gives a flag its values, without making it one of the command line's.
func set(f *pflag.Flag, values []string) error {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return list.Replace(values)
	}
	if len(values) != 1 {
		return errors.New("give one value")
	}
	if err := f.Value.Set(values[0]); err != nil {
		return mistake(f, values[0])
	}
	return nil
}

// mistake says what to write instead of a value that a flag does not take.
func mistake(f *pflag.Flag, value string) error {
	want := "a " + f.Value.Type()
	switch f.Value.Type() {
	case "bool":
		want = "true or false"
	case "int":
		want = "a whole number"
		if f.DefValue != "0" {
			want += " such as " + f.DefValue
		}
	}
	return fmt.Errorf("%q: write %s (%s)", value, want, f.Usage)
}

// flagMistake is an error of the flag package in words that say what to write.
func flagMistake(err error) error {
	var invalid *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	switch {
	case errors.As(err, &invalid):
		return fmt.Errorf("--%s %w", invalid.GetFlag().Name, mistake(invalid.GetFlag(), invalid.GetValue()))
	case errors.As(err, &missing):
		return fmt.Errorf("--%s needs a value: %s", missing.GetFlag().Name, missing.GetFlag().Usage)
	}
	return err
}

// below is paths as seen from dir.
func below(dir string, paths []string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		if out[i] = p; !filepath.IsAbs(p) && p != "" {
			out[i] = filepath.Join(dir, p)
		}
	}
	return out
}

// readConfig reads the file of --config, or the one in the working directory. It
// returns nil where there is none.
func readConfig(flags *pflag.FlagSet) (*config.File, error) {
	name, asked := config.Name, false
	if f := flags.Lookup(configFlag); f != nil && f.Value.String() != "" {
		name, asked = f.Value.String(), true
	}
	src, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && !asked {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the configuration: %w", err)
	}
	file, problems := config.Parse(filepath.ToSlash(name), src)
	if problems != nil {
		return nil, markdown.Problems(problems)
	}
	return file, nil
}

// paths marks flags as naming files or folders.
func paths(flags *pflag.FlagSet, names ...string) { mark(flags, pathOption, names) }

// secret marks flags whose value is shown to nobody.
func secret(flags *pflag.FlagSet, names ...string) { mark(flags, secretOption, names) }

func mark(flags *pflag.FlagSet, as string, names []string) {
	for _, name := range names {
		f := flags.Lookup(name)
		if f.Annotations == nil {
			f.Annotations = map[string][]string{}
		}
		f.Annotations[as] = []string{"true"}
	}
}
